/**
 * What is wanted of Kubernetes, as people write it below `kubernetes` in a file and as flags say it: one grammar for both.
 * Pure.
 */
import type { Static } from 'typebox';
import { duration, mapOf, orFalse, orNothing } from '../../schema/transformed.ts';
import { choice, field, flag, list, number, record, whole } from '../../schema/value-schema.ts';
import { BATCH_JOB } from './document-batch.ts';
import {
  CPU,
  DEPLOYMENT_NAME,
  HOSTNAME,
  HTTP,
  IMAGE,
  LABEL,
  LABEL_KEY,
  LABEL_VALUE,
  MEMORY_QUANTITY,
  OBJECT,
  QUERY,
  RELEASE,
  STORAGE,
  VALUE,
  VARIABLE,
} from './grammar.ts';

const HPA_FIELDS = {
  on: field(
    choice(['in-flight', 'queue']),
    'in-flight',
    'what is counted: requests being received or scored, or those that wait for a thread',
  ),
  target: field(orNothing(number({ min: 0.01, max: 1000 })), null, 'requests a pod, on average'),
  min: field(whole(0, 1000), 2, 'pods at least'),
  max: field(whole(1, 1000), 10, 'pods at most'),
};

const hpa = record(HPA_FIELDS);
export type HpaSettings = Static<typeof hpa>;
const keda = record({
  ...HPA_FIELDS,
  prometheus: field(HTTP, null, 'Prometheus that scrapes the pods'),
  wakeQuery: field(
    orNothing(QUERY),
    null,
    'PromQL above 0 when there are requests for no pod; needed for min: 0',
  ),
  cooldown: field(duration('1s', '24h'), '300s', 'how long nothing must have come before the last pod goes'),
});

export type KedaSettings = Static<typeof keda>;

const candidate = record({
  version: field(whole(1, 1e8), null, 'its number'),
  image: field(IMAGE, null, 'image that holds it'),
  weight: field(whole(0, 100), 0, 'percent of the requests'),
});

const shadow = record({
  version: field(whole(1, 1e8), null, 'its number'),
  image: field(IMAGE, null, 'image that holds it'),
  percent: field(whole(1, 100), 100, 'percent of the requests that are copied to it'),
});

const gateway = record({
  name: field(OBJECT, null, 'gateway that routes come from'),
  namespace: field(orNothing(LABEL), null, 'its namespace'),
  section: field(orNothing(OBJECT), null, 'its listener'),
  hostnames: field(list(HOSTNAME, { min: 0, max: 16 }), [], 'host names that are answered'),
});

const network = record({
  fromNamespaces: field(list(LABEL, { min: 0, max: 50 }), [], 'namespaces whose pods may ask, too'),
  /** Namespaces that the pods may reach; with any, DNS, too. */
  toNamespaces: field(
    list(LABEL, { min: 0, max: 50 }),
    [],
    'namespaces that the pods may reach, as that of a collector',
  ),
});

const serviceMonitor = record({
  namespace: field(LABEL, 'monitoring', 'namespace of the Prometheus that reads them; it is let in'),
  interval: field(duration('1s', '1h'), '15s', 'how often numbers are read'),
  labels: field(mapOf(LABEL_KEY, LABEL_VALUE), {}, 'labels by which the Prometheus operator finds it'),
});

const kserve = record({
  /** Where the runtime is made; `existing` makes none: another deployment has. */
  runtime: field(
    choice(['namespace', 'cluster', 'existing']),
    'namespace',
    'a ServingRuntime, one for the cluster, or the one that is there already',
  ),
  storageUri: field(orNothing(STORAGE), null, 'where the model is; makes an InferenceService'),
  format: field(
    orNothing(choice(['onnx', 'sklearn'])),
    null,
    'format of the model, where its file does not tell',
  ),
  min: field(whole(1, 1000), 1, 'pods at least'),
  max: field(whole(1, 1000), 4, 'pods at most'),
  canary: field(
    orNothing(
      record({
        storageUri: field(STORAGE, null, 'where the other version is'),
        weight: field(whole(0, 100), null, 'percent of the requests'),
      }),
    ),
    null,
    'another version, with a share of the requests; from KServe 0.20 on',
  ),
});

/** Everything below `kubernetes`; durations are milliseconds once read. */
export const KUBERNETES_DOCUMENT = record({
  name: field(
    orNothing(DEPLOYMENT_NAME),
    null,
    'name of everything that is made (default: that of the model)',
  ),
  namespace: field(orNothing(LABEL), null, 'namespace (default: the one of whoever applies)'),
  kubernetesVersion: field(RELEASE, '1.34', 'oldest release of the cluster that has to take it'),
  image: field(orNothing(IMAGE), null, 'image that serves the version, best by its digest'),
  modelImage: field(
    orNothing(IMAGE),
    null,
    'image of the model alone, mounted as a volume; from Kubernetes 1.35 on',
  ),
  pullSecrets: field(list(OBJECT, { min: 0, max: 10 }), [], 'secrets with which images are pulled'),
  candidates: field(
    list(candidate, { min: 0, max: 8 }),
    [],
    'other versions, with their shares of the requests',
  ),
  shadow: field(
    orNothing(shadow),
    null,
    'a version that gets copies of requests; its answers are seen by nobody',
  ),
  replicas: field(
    orNothing(whole(0, 1000)),
    null,
    'pods, where no scaler decides it; 0 beside `batch` alone',
  ),
  cpu: field(CPU, '1', 'processor time of a pod, requested and allowed'),
  memory: field(
    orNothing(MEMORY_QUANTITY),
    null,
    'memory of a pod, requested and allowed (default: by the runtime)',
  ),
  /** Milliseconds until a pod has to have loaded and warmed up its model; null goes by the runtime. */
  startup: field(
    orNothing(duration('5s', '2h')),
    null,
    'until when a pod must have loaded and warmed up its model (default: 2m, 5m with Python)',
  ),
  longestRequest: field(duration('1s', '55m'), '60s', 'what a request may take'),
  drain: field(duration('1s', '5m'), '10s', 'how long a pod goes on accepting after it was told to go'),
  env: field(mapOf(VARIABLE, VALUE), {}, 'more variables of the server; never secrets'),
  /** Secret whose entry `keys.json` says who may ask, or null. */
  keysSecret: field(
    orNothing(OBJECT),
    null,
    'secret whose entry keys.json is what `plimsoll keys export` writes: callers need keys',
  ),
  insecure: field(flag, false, 'callers need no keys, although no network policy says who they are'),
  hpa: field(orFalse(orNothing(hpa)), null, 'a HorizontalPodAutoscaler on the own numbers of the server'),
  keda: field(orFalse(orNothing(keda)), null, 'a ScaledObject of KEDA instead'),
  gateway: field(
    orNothing(gateway),
    null,
    'an HTTPRoute of the Gateway API, whose weights split the requests',
  ),
  networkPolicy: field(orFalse(network), {}, 'who may reach the pods, and whom they may reach'),
  serviceMonitor: field(orFalse(serviceMonitor), {}, 'a ServiceMonitor of the Prometheus operator'),
  disruptionBudget: field(flag, true, 'a PodDisruptionBudget, where there is more than one pod'),
  batch: field(list(BATCH_JOB, { min: 0, max: 20 }), [], 'tables that are scored, once or by a schedule'),
  kserve: field(orNothing(kserve), null, 'objects of KServe instead of a Deployment'),
  nodeSelector: field(mapOf(LABEL_KEY, LABEL_VALUE), {}, 'labels of nodes that pods run on'),
});

export type KubernetesDocument = Static<typeof KUBERNETES_DOCUMENT>;

export type KServeSettings = Static<typeof kserve>;

export type ServiceMonitorSettings = Static<typeof serviceMonitor>;

export type NetworkSettings = Static<typeof network>;

export type GatewayParent = Static<typeof gateway>;
