/**
 * Objects of KServe: a light runtime on the processor that is chosen by itself for what it reads, and services on it
 * (https://kserve.github.io/website/docs/concepts/resources/servingruntime). Pure.
 */
import { required } from '../../core/element-at.ts';
import { type KubernetesObject, objectLabelsOf } from './manifest.ts';
import { CONTAINER_SECURITY, givenEnv, graceSeconds, PORT, probesOf, resourcesOf } from './pod.ts';
import { metaOf } from './serving.ts';
import type { KubernetesSpec } from './spec.ts';

/** Where KServe puts the model (`config/runtimes` of KServe). */
const KSERVE_MODEL = '/mnt/models';
/** Name of the runtime: one serves any number of models. */
const RUNTIME_NAME = 'plimsoll';
/** What KServe calls the container that answers; a canary has to name it. */
const CONTAINER = 'kserve-container';
/** Above that of the runtimes that come with KServe, which is 1. */
const PRIORITY = 2;
const FORMATS = [
  { name: 'onnx', version: '1', autoSelect: true, priority: PRIORITY },
  { name: 'sklearn', version: '1', autoSelect: true, priority: PRIORITY },
] as const;

/** Where the container stands for itself: who makes the pod may say nothing of it. */
const SECURITY = { ...CONTAINER_SECURITY, seccompProfile: { type: 'RuntimeDefault' } } as const;

/** Probes by the number of the port: KServe's own name of it differs from release to release. */
const byNumber = (probes: object): object =>
  JSON.parse(JSON.stringify(probes).replaceAll('"port":"http"', `"port":${PORT}`)) as object;

export function servingRuntime(spec: KubernetesSpec): KubernetesObject {
  const { image, runtime } = required(spec.kserve, 'spec.kserve');
  const { pullSecrets, nodeSelector } = spec;
  const labels = objectLabelsOf(spec.name, null);
  const container = {
    name: CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['--model_name={{.Name}}', `--model_dir=${KSERVE_MODEL}`, `--http_port=${PORT}`],
    env: [
      { name: 'PLIMSOLL_CONTRACT', value: 'kserve' },
      { name: 'PLIMSOLL_GRACE', value: String(graceSeconds(spec) - spec.drainSeconds) },
      ...givenEnv(spec.env),
    ],
    ports: [{ containerPort: PORT, protocol: 'TCP' }],
    resources: resourcesOf(spec.cpu, spec.memory),
    ...byNumber(probesOf(spec)),
    lifecycle: { preStop: { sleep: { seconds: spec.drainSeconds } } },
    securityContext: SECURITY,
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: runtime === 'cluster' ? 'ClusterServingRuntime' : 'ServingRuntime',
    metadata: runtime === 'cluster' ? { name: RUNTIME_NAME, labels } : metaOf(spec, RUNTIME_NAME, labels),
    spec: {
      annotations: { 'prometheus.kserve.io/port': String(PORT), 'prometheus.kserve.io/path': '/metrics' },
      supportedModelFormats: FORMATS,
      protocolVersions: ['v1', 'v2'],
      multiModel: false,
      ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
      ...(nodeSelector.size === 0 ? {} : { nodeSelector: Object.fromEntries(nodeSelector) }),
      containers: [container],
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }],
    },
  };
}

/** `canary` splits requests in Standard mode alone, from 0.20 on; `canaryTrafficPercent` is not heeded there. */
export function inferenceService(spec: KubernetesSpec): KubernetesObject {
  const { storageUri, canary, format, min, max } = required(spec.kserve, 'spec.kserve');
  const name = format ?? (spec.model.isOnnx ? 'onnx' : 'sklearn');
  const model = (uri: string): object => ({
    name: CONTAINER,
    modelFormat: { name, version: '1' },
    protocolVersion: 'v2',
    runtime: RUNTIME_NAME,
    storageUri: uri,
  });
  const meta = metaOf(spec, spec.name, objectLabelsOf(spec.name, null));
  const predictor = (uri: string): object => ({
    minReplicas: min,
    maxReplicas: max,
    terminationGracePeriodSeconds: graceSeconds(spec),
    automountServiceAccountToken: false,
    model: model(uri),
  });
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { ...meta, annotations: { 'serving.kserve.io/deploymentMode': 'Standard' } },
    spec: {
      predictor: predictor(required(storageUri, 'spec.kserve.storageUri')),
      ...(canary === null
        ? {}
        : {
            canary: [
              {
                trafficPercent: canary.weight,
                predictor: { name: `${spec.name}-canary`, ...predictor(canary.storageUri) },
              },
            ],
          }),
    },
  };
}
