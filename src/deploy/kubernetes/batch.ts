/** Jobs that score tables, once or by a schedule, in the image that also serves. Pure. */
import { EXIT } from '../../core/exit-codes.ts';
import { IMAGE_MODELS } from '../packaged.ts';
import { type BatchJob, batchArguments, JOB_DATA } from './batch-job.ts';
import { type KubernetesObject, objectLabelsOf, selectorOf } from './manifest.ts';
import { CONTAINER_SECURITY, POD_SECURITY, resourcesOf, SCRATCH_MOUNT, scratch, verbatim } from './pod.ts';
import { metaOf } from './serving.ts';
import type { KubernetesSpec } from './spec.ts';

const CONTAINER = 'batch';
/** Times that a run is gone on with. */
const RESUMES = 6;
/** Between SIGTERM and SIGKILL: a chunk is finished, or left to whoever goes on. */
const GRACE_SECONDS = 60;

/** A node that is emptied costs no try; what is said wrong, or cannot be done, is not tried again. */
const FAILURES = {
  rules: [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    {
      action: 'FailJob',
      onExitCodes: {
        containerName: CONTAINER,
        operator: 'In',
        values: [EXIT.usage, EXIT.refused, EXIT.unsupported],
      },
    },
  ],
} as const;

function podSpec(spec: KubernetesSpec, job: BatchJob): object {
  const { model, pullSecrets, nodeSelector } = spec;
  const folder = `${IMAGE_MODELS}/${model.name}/${model.version}`;
  return {
    serviceAccountName: spec.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    ...(nodeSelector.size === 0 ? {} : { nodeSelector: Object.fromEntries(nodeSelector) }),
    securityContext: POD_SECURITY,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    containers: [
      {
        name: CONTAINER,
        image: job.image,
        imagePullPolicy: 'IfNotPresent',
        args: batchArguments(job, model, folder).map(verbatim),
        ...(job.secrets.length === 0
          ? {}
          : { envFrom: job.secrets.map((name) => ({ secretRef: { name } })) }),
        resources: resourcesOf(job.cpu, job.memory),
        securityContext: CONTAINER_SECURITY,
        volumeMounts: [SCRATCH_MOUNT, { name: 'data', mountPath: JOB_DATA }],
      },
    ],
    volumes: [
      scratch(null),
      {
        name: 'data',
        ...(job.claim === null ? { emptyDir: {} } : { persistentVolumeClaim: { claimName: job.claim } }),
      },
    ],
  };
}

/**
 * A pod that dies is followed by another one only where the ledger outlives it: a run begun anew beside what the dead one
 * has written could write it twice.
 */
const jobSpec = (spec: KubernetesSpec, job: BatchJob): object => ({
  ...(job.claim === null ? { backoffLimit: 0 } : { backoffLimit: RESUMES, podFailurePolicy: FAILURES }),
  activeDeadlineSeconds: Math.ceil(job.deadline / 1000),
  completions: 1,
  parallelism: 1,
  template: { metadata: { labels: objectLabelsOf(spec.name, 'batch') }, spec: podSpec(spec, job) },
});

/** A Job, or with a schedule a CronJob whose runs never overlap. */
export function batchObject(spec: KubernetesSpec, job: BatchJob): KubernetesObject {
  const metadata = metaOf(spec, `${spec.name}-${job.name}`, objectLabelsOf(spec.name, 'batch'));
  if (job.schedule === null)
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: jobSpec(spec, job) as Record<string, unknown>,
    };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: {
      schedule: job.schedule,
      timeZone: job.timeZone,
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: { metadata: { labels: objectLabelsOf(spec.name, 'batch') }, spec: jobSpec(spec, job) },
    },
  };
}

/** Nobody has to reach a job; where it goes to is in its URIs. */
export const batchPolicy = (spec: KubernetesSpec): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metaOf(spec, `${spec.name}-batch`, objectLabelsOf(spec.name, 'batch')),
  spec: {
    podSelector: { matchLabels: selectorOf(spec.name, 'batch') },
    policyTypes: ['Ingress'],
    ingress: [],
  },
});
