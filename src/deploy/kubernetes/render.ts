/** From a spec to everything that is applied, in the order in which it is, with the name of each one's file. Pure. */
import { required } from '../../core/element-at.ts';
import { batchObject, batchPolicy } from './batch.ts';
import { inferenceService, servingRuntime } from './kserve.ts';
import type { KubernetesObject } from './manifest.ts';
import { httpRoute } from './routing.ts';
import { horizontalPodAutoscaler, scaledObject } from './scaling.ts';
import {
  deployment,
  disruptionBudget,
  networkPolicy,
  serviceAccount,
  serviceMonitor,
  stableService,
  versionService,
} from './serving.ts';
import type { KubernetesSpec, ServedVersion } from './spec.ts';

export interface RenderedManifest {
  /** `deployment-v3.yaml` */
  readonly file: string;
  readonly object: KubernetesObject;
}

/** Every object once; the same spec gives the same objects in the same order. */
export function render(spec: KubernetesSpec): readonly RenderedManifest[] {
  if (spec.kserve !== null) return kserveObjects(spec);
  const { network, monitor, gateway, batch } = spec;
  const from = [
    ...(network?.fromNamespaces ?? []),
    ...(gateway?.namespace == null ? [] : [gateway.namespace]),
    ...(monitor === null ? [] : [monitor.namespace]),
  ];
  return [
    { file: 'service-account.yaml', object: serviceAccount(spec) },
    ...(network === null
      ? []
      : [{ file: 'network-policy.yaml', object: networkPolicy(spec, [...new Set(from)]) }]),
    ...spec.versions.flatMap((served) => versionObjects(spec, served)),
    { file: 'service.yaml', object: stableService(spec) },
    ...(monitor === null ? [] : [{ file: 'service-monitor.yaml', object: serviceMonitor(spec) }]),
    ...(gateway === null ? [] : [{ file: 'http-route.yaml', object: httpRoute(spec) }]),
    ...(network === null || batch.length === 0
      ? []
      : [{ file: 'network-policy-batch.yaml', object: batchPolicy(spec) }]),
    ...batch.map((job) => ({
      file: `${job.schedule === null ? 'job' : 'cron-job'}-${job.name}.yaml`,
      object: batchObject(spec, job),
    })),
  ];
}

function versionObjects(spec: KubernetesSpec, served: ServedVersion): readonly RenderedManifest[] {
  const { scaler } = spec;
  const file = (kind: string): string => `${kind}-v${served.version}.yaml`;
  const most = spec.replicas ?? scaler?.max ?? 1;
  return [
    { file: file('deployment'), object: deployment(spec, served) },
    { file: file('service'), object: versionService(spec, served) },
    ...(scaler === null
      ? []
      : scaler.keda === null
        ? [{ file: file('autoscaler'), object: horizontalPodAutoscaler(spec, served, scaler) }]
        : [
            {
              file: file('scaled-object'),
              object: scaledObject(spec, served, { ...scaler, keda: scaler.keda }),
            },
          ]),
    // Of a version that never has two pods it would mean nothing; where it has, one at a time may go, so no node is held up.
    ...(spec.disruptionBudget && most > 1
      ? [{ file: file('disruption-budget'), object: disruptionBudget(spec, served) }]
      : []),
  ];
}

const kserveObjects = (spec: KubernetesSpec): readonly RenderedManifest[] => [
  ...(required(spec.kserve, 'spec.kserve').runtime === 'existing'
    ? []
    : [
        {
          file: `${required(spec.kserve, 'spec.kserve').runtime === 'cluster' ? 'cluster-' : ''}serving-runtime.yaml`,
          object: servingRuntime(spec),
        },
      ]),
  ...(required(spec.kserve, 'spec.kserve').storageUri === null
    ? []
    : [{ file: 'inference-service.yaml', object: inferenceService(spec) }]),
];
