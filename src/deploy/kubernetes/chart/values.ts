/** What a chart lets its user choose: each value with what it is for, and the places of manifests that it decides. Pure. */
import { required } from '../../../core/element-at.ts';
import type { KubernetesObject } from '../manifest.ts';
import { VERSION_LABEL } from '../manifest.ts';
import { resourcesOf } from '../pod.ts';
import { loadQuery } from '../scaling.ts';
import type { KubernetesSpec } from '../spec.ts';
import type { TemplateValue } from './template.ts';

export interface ChartValue {
  /** `versions.v3.image` */
  readonly path: string;
  readonly value: unknown;
  readonly about: string;
}

/** Every value with its default, which is what the plain files say. */
export function valuesOf(spec: KubernetesSpec): readonly ChartValue[] {
  if (spec.kserve !== null) return kserveValues(spec);
  const { scaler, monitor, gateway, network } = spec;
  const most = spec.replicas ?? scaler?.max ?? 1;
  return [
    ...spec.versions.flatMap(({ version, image, role, weight }) => [
      { path: `versions.v${version}.image`, value: image, about: `Image of version ${version}, ${role}.` },
      ...(gateway === null || role === 'shadow'
        ? []
        : [{ path: `versions.v${version}.weight`, value: weight, about: 'Percent of the requests.' }]),
    ]),
    ...(spec.replicas === null
      ? []
      : [{ path: 'replicas', value: spec.replicas, about: 'Pods of each version.' }]),
    ...(scaler === null
      ? []
      : [
          { path: 'scaling.min', value: scaler.min, about: 'Pods at least, of each version.' },
          { path: 'scaling.max', value: scaler.max, about: 'Pods at most, of each version.' },
        ]),
    {
      path: 'resources',
      value: resourcesOf(spec.cpu, spec.memory),
      about: 'What a pod may use; threads are counted from it.',
    },
    { path: 'tolerations', value: [], about: 'Taints of nodes that pods tolerate.' },
    { path: 'affinity', value: {}, about: 'Where pods are wanted.' },
    { path: 'deploymentAnnotations', value: {}, about: 'More annotations of the Deployments.' },
    ...(network === null
      ? []
      : [enabled('networkPolicy', 'Who may reach the pods, and whom they may reach.')]),
    ...(needsWord(spec)
      ? [
          {
            path: 'insecure',
            value: false,
            about: 'Callers need no keys: true says that they need none without a network policy, either.',
          },
        ]
      : []),
    ...(spec.disruptionBudget && most > 1
      ? [enabled('disruptionBudget', 'That nodes are emptied one pod at a time.')]
      : []),
    ...(monitor === null ? [] : [enabled('serviceMonitor', 'Needs the Prometheus operator.')]),
    ...(gateway === null
      ? []
      : [
          enabled('gateway', 'An HTTPRoute; needs the Gateway API.'),
          { path: 'gateway.name', value: gateway.name, about: 'Gateway that requests come from.' },
        ]),
    ...spec.batch.map(({ name, image }) => ({
      path: `batch.${name}.image`,
      value: image,
      about: 'Image that can score tables.',
    })),
    ...spec.batch.flatMap(({ name, schedule }) =>
      schedule === null
        ? []
        : [{ path: `batch.${name}.schedule`, value: schedule, about: 'Five fields of cron.' }],
    ),
  ];
}

/** Whether the network policy is all that keeps callers out, so that to leave it away takes a word. */
export const needsWord = ({ keysSecret, network, kserve }: KubernetesSpec): boolean =>
  keysSecret === null && network !== null && kserve === null;

const kserveValues = ({ kserve, cpu, memory }: KubernetesSpec): readonly ChartValue[] => [
  ...(required(kserve, 'spec.kserve').runtime === 'existing'
    ? []
    : [
        { path: 'image', value: required(kserve, 'spec.kserve').image, about: 'Image of the runtime.' },
        { path: 'resources', value: resourcesOf(cpu, memory), about: 'What a pod may use.' },
      ]),
  ...(required(kserve, 'spec.kserve').storageUri === null
    ? []
    : [
        {
          path: 'storageUri',
          value: required(kserve, 'spec.kserve').storageUri,
          about: 'Where the model is.',
        },
      ]),
];

const enabled = (name: string, about: string): ChartValue => ({
  path: `${name}.enabled`,
  value: true,
  about,
});

/** What a whole manifest depends on, or null. */
export function chartConditionOf({ kind }: KubernetesObject): string | null {
  if (kind === 'NetworkPolicy') return '.Values.networkPolicy.enabled';
  if (kind === 'PodDisruptionBudget') return '.Values.disruptionBudget.enabled';
  if (kind === 'ServiceMonitor') return '.Values.serviceMonitor.enabled';
  return kind === 'HTTPRoute' ? '.Values.gateway.enabled' : null;
}

/** The places of one manifest that values decide. */
export function holesOf(object: KubernetesObject, spec: KubernetesSpec): readonly TemplateValue[] {
  const namespace: readonly TemplateValue[] =
    object.metadata.namespace === undefined
      ? []
      : [{ kind: 'text', at: ['metadata', 'namespace'], value: '.Release.Namespace' }];
  return [...namespace, ...(HOLES[object.kind]?.(object, spec) ?? [])];
}

const versionIn = ({ metadata }: KubernetesObject): string => `v${metadata.labels?.[VERSION_LABEL]}`;
const POD = ['spec', 'template', 'spec'] as const;

const HOLES: Readonly<
  Record<string, (object: KubernetesObject, spec: KubernetesSpec) => readonly TemplateValue[]>
> = {
  Deployment: (object, spec) => [
    {
      kind: 'text',
      at: [...POD, 'containers', 0, 'image'],
      value: `.Values.versions.${versionIn(object)}.image`,
    },
    { kind: 'block', at: [...POD, 'containers', 0, 'resources'], value: '.Values.resources' },
    { kind: 'optional', at: [...POD, 'tolerations'], value: '.Values.tolerations' },
    { kind: 'optional', at: [...POD, 'affinity'], value: '.Values.affinity' },
    { kind: 'optional', at: ['metadata', 'annotations'], value: '.Values.deploymentAnnotations' },
    ...(spec.replicas === null
      ? []
      : [{ kind: 'whole', at: ['spec', 'replicas'], value: '.Values.replicas' } as const]),
  ],
  HorizontalPodAutoscaler: () => [
    { kind: 'whole', at: ['spec', 'minReplicas'], value: '.Values.scaling.min' },
    { kind: 'whole', at: ['spec', 'maxReplicas'], value: '.Values.scaling.max' },
  ],
  ScaledObject: ({ metadata }, { scaler }) => [
    { kind: 'whole', at: ['spec', 'minReplicaCount'], value: '.Values.scaling.min' },
    { kind: 'whole', at: ['spec', 'maxReplicaCount'], value: '.Values.scaling.max' },
    {
      kind: 'text',
      at: ['spec', 'triggers', 0, 'metadata', 'query'],
      value: `printf ${JSON.stringify(loadQuery(required(scaler, 'a scaler').on, metadata.name, '%s'))} .Release.Namespace`,
    },
  ],
  HTTPRoute: (_object, { versions }) => [
    { kind: 'text', at: ['spec', 'parentRefs', 0, 'name'], value: '.Values.gateway.name' },
    ...versions
      .filter(({ role }) => role !== 'shadow')
      .map(({ version }, index) => ({
        kind: 'whole' as const,
        at: ['spec', 'rules', 0, 'backendRefs', index, 'weight'],
        value: `.Values.versions.v${version}.weight`,
      })),
  ],
  ServingRuntime: () => runtimeHoles,
  ClusterServingRuntime: () => runtimeHoles,
  InferenceService: () => [
    { kind: 'text', at: ['spec', 'predictor', 'model', 'storageUri'], value: '.Values.storageUri' },
  ],
  Job: (object, spec) => [imageOfJob(object, spec, POD)],
  CronJob: (object, spec) => [
    imageOfJob(object, spec, ['spec', 'jobTemplate', ...POD]),
    {
      kind: 'text',
      at: ['spec', 'schedule'],
      value: `(index .Values.batch ${JSON.stringify(jobOf(object, spec))}).schedule`,
    },
  ],
};

const runtimeHoles: readonly TemplateValue[] = [
  { kind: 'text', at: ['spec', 'containers', 0, 'image'], value: '.Values.image' },
  { kind: 'block', at: ['spec', 'containers', 0, 'resources'], value: '.Values.resources' },
];

const jobOf = ({ metadata }: KubernetesObject, { name }: KubernetesSpec): string =>
  metadata.name.slice(name.length + 1);

/** Names of jobs may have dashes, which Go's templates take for minus. */
const imageOfJob = (
  object: KubernetesObject,
  spec: KubernetesSpec,
  pod: readonly (string | number)[],
): TemplateValue => ({
  kind: 'text',
  at: [...pod, 'containers', 0, 'image'],
  value: `(index .Values.batch ${JSON.stringify(jobOf(object, spec))}).image`,
});
