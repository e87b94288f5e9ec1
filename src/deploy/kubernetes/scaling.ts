/**
 * What follows load: the server's own counts of requests, never the processor, which a spinning thread of a runtime keeps
 * busy without any. Pure.
 */
import { required } from '../../core/element-at.ts';
import { type KubernetesObject, objectLabelsOf, versionedName } from './manifest.ts';
import { metaOf } from './serving.ts';
import type { KubernetesSpec, ScalerSpec, ServedVersion } from './spec.ts';

/** Names of the metrics (`docs/metrics.md`). */
const SIGNALS = {
  'in-flight': 'inference_requests_in_flight',
  queue: 'inference_queue_depth',
} as const;

/** Up as fast as load comes, down slowly: doubling twice a minute, and half of what was spare in five minutes. */
const BEHAVIOR = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 30 },
      { type: 'Pods', value: 4, periodSeconds: 30 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: 'Min',
    policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }],
  },
} as const;

const targetOf = (spec: KubernetesSpec, { version }: ServedVersion): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: versionedName(spec.name, version),
});

/** `2500m`: an average as a quantity, which the API server writes the same way. */
const quantity = (value: number): string =>
  Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;

/** Needs an adapter that answers `custom.metrics.k8s.io` from Prometheus. */
export function horizontalPodAutoscaler(
  spec: KubernetesSpec,
  served: ServedVersion,
  { on, target, min, max }: ScalerSpec,
): KubernetesObject {
  const name = versionedName(spec.name, served.version);
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metaOf(spec, name, objectLabelsOf(spec.name, 'serving', served.version)),
    spec: {
      scaleTargetRef: targetOf(spec, served),
      minReplicas: min,
      maxReplicas: max,
      metrics: [
        {
          type: 'Pods',
          pods: {
            metric: { name: SIGNALS[on] },
            target: { type: 'AverageValue', averageValue: quantity(target) },
          },
        },
      ],
      behavior: BEHAVIOR,
    },
  };
}

/** Requests at the pods of one version, as the Prometheus has them that reads its service. */
export const loadQuery = (on: ScalerSpec['on'], service: string, namespace: string): string =>
  `sum(${SIGNALS[on]}{service="${service}",namespace="${namespace}"})`;

/** Of what wakes: so much that it never asks for a second pod. How many there are is for the load to say. */
const WAKES_ONE = '1000000000';

/** KEDA asks Prometheus itself, and can add what wakes a version of which no pod is there. */
export function scaledObject(
  spec: KubernetesSpec,
  served: ServedVersion,
  scaler: ScalerSpec & { readonly keda: NonNullable<ScalerSpec['keda']> },
): KubernetesObject {
  const name = versionedName(spec.name, served.version);
  const { prometheus, wakeQuery, cooldown } = scaler.keda;
  const query = loadQuery(scaler.on, name, required(spec.namespace, 'spec.namespace'));
  const trigger = (name: string, query: string, threshold: string): object => ({
    type: 'prometheus',
    name,
    metricType: 'AverageValue',
    metadata: { serverAddress: prometheus, query, threshold, activationThreshold: '0' },
  });
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: metaOf(spec, name, objectLabelsOf(spec.name, 'serving', served.version)),
    spec: {
      scaleTargetRef: targetOf(spec, served),
      minReplicaCount: scaler.min,
      maxReplicaCount: scaler.max,
      pollingInterval: 15,
      cooldownPeriod: Math.ceil(cooldown / 1000),
      // Without numbers the pods stay as many as they are, and never fewer than before there were any.
      fallback: {
        failureThreshold: 3,
        replicas: Math.max(1, scaler.min),
        behavior: 'currentReplicasIfHigher',
      },
      advanced: { horizontalPodAutoscalerConfig: { behavior: BEHAVIOR } },
      triggers: [
        trigger('load', query, String(scaler.target)),
        ...(wakeQuery === null ? [] : [trigger('wake', wakeQuery, WAKES_ONE)]),
      ],
    },
  };
}
