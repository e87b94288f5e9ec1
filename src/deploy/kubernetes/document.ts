/**
 * What is wanted of Kubernetes, as people write it below `kubernetes` in a file and as flags say it: one grammar for both.
 * Pure.
 */
import {
  choice,
  duration,
  type Field,
  field,
  flag,
  list,
  number,
  orFalse,
  orNothing,
  type Rule,
  record,
  table,
} from '../../schema/grammar.ts';
import type { GivenBatchJob } from './batch-job.ts';
import { batchJob } from './document-batch.ts';
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

export interface KubernetesDocument {
  /** Of everything that is made; null takes the model's. */
  readonly name: string | null;
  readonly namespace: string | null;
  /** Oldest release of the cluster that has to take it, `1.34`. */
  readonly kubernetesVersion: string;
  readonly image: string | null;
  /** Image that holds the model alone, mounted beside `image`. */
  readonly modelImage: string | null;
  readonly pullSecrets: readonly string[];
  readonly candidates: readonly CandidateVersion[];
  readonly shadow: ShadowVersion | null;
  readonly replicas: number | null;
  readonly cpu: string;
  readonly memory: string | null;
  /** Milliseconds until a pod has to have loaded and warmed up its model; null goes by the runtime. */
  readonly startup: number | null;
  /** Milliseconds that the longest request takes. */
  readonly longestRequest: number;
  /** Milliseconds that a pod goes on accepting after it was told to go. */
  readonly drain: number;
  readonly env: ReadonlyMap<string, string>;
  /** Secret whose entry `keys.json` says who may ask, or null. */
  readonly keysSecret: string | null;
  /** Whoever reaches a pod may ask, although no network policy says who that is. */
  readonly insecure: boolean;
  readonly hpa: HpaSettings | null;
  readonly keda: KedaSettings | null;
  readonly gateway: GatewayParent | null;
  readonly networkPolicy: NetworkSettings | null;
  readonly serviceMonitor: ServiceMonitorSettings | null;
  readonly disruptionBudget: boolean;
  readonly batch: readonly GivenBatchJob[];
  readonly kserve: KServe | null;
  readonly nodeSelector: ReadonlyMap<string, string>;
}

/** A version that gets a share of the requests. */
export interface CandidateVersion {
  readonly version: number;
  readonly image: string;
  /** Percent. */
  readonly weight: number;
}

/** A version that gets copies of requests, whose answers nobody sees. */
export interface ShadowVersion {
  readonly version: number;
  readonly image: string;
  readonly percent: number;
}

/** Which of the server's own numbers a scaler follows. */
export type ScalingSignal = 'in-flight' | 'queue';

export interface HpaSettings {
  readonly on: ScalingSignal;
  /** Requests a pod, on average. */
  readonly target: number | null;
  readonly min: number;
  readonly max: number;
}

export interface KedaSettings extends HpaSettings {
  /** URL of the Prometheus that scrapes the pods. */
  readonly prometheus: string;
  /** PromQL that is above 0 when requests come although no pod is there: what scaling from zero needs. */
  readonly wakeQuery: string | null;
  readonly cooldown: number;
}

export interface GatewayParent {
  readonly name: string;
  readonly namespace: string | null;
  readonly section: string | null;
  readonly hostnames: readonly string[];
}

export interface NetworkSettings {
  /** Namespaces whose pods may ask, beside those of its own. */
  readonly fromNamespaces: readonly string[];
  /** Namespaces that the pods may reach; with any, DNS, too. */
  readonly toNamespaces: readonly string[];
}

export interface ServiceMonitorSettings {
  /** Where the Prometheus is that reads the numbers. */
  readonly namespace: string;
  readonly interval: number;
  readonly labels: ReadonlyMap<string, string>;
}

export interface KServe {
  /** Where the runtime is made; `existing` makes none: another deployment has. */
  readonly runtime: 'namespace' | 'cluster' | 'existing';
  readonly storageUri: string | null;
  readonly format: string | null;
  readonly min: number;
  readonly max: number;
  readonly canary: { readonly storageUri: string; readonly weight: number } | null;
}

const whole = (min: number, max: number): Rule<number> => number({ min, max, step: 1 });
const seconds = (min: string, max: string): Rule<number> => duration(min, max);

const HPA_FIELDS: { readonly [K in keyof HpaSettings]: Field<HpaSettings[K]> } = {
  on: field(
    choice<ScalingSignal>(['in-flight', 'queue']),
    'in-flight',
    'what is counted: requests being received or scored, or those that wait for a thread',
  ),
  target: field(orNothing(number({ min: 0.01, max: 1000 })), null, 'requests a pod, on average'),
  min: field(whole(0, 1000), 2, 'pods at least'),
  max: field(whole(1, 1000), 10, 'pods at most'),
};

const hpa = record<HpaSettings>(HPA_FIELDS);
const keda = record<KedaSettings>({
  ...HPA_FIELDS,
  prometheus: field(HTTP, null, 'Prometheus that scrapes the pods'),
  wakeQuery: field(
    orNothing(QUERY),
    null,
    'PromQL above 0 when there are requests for no pod; needed for min: 0',
  ),
  cooldown: field(seconds('1s', '24h'), '300s', 'how long nothing must have come before the last pod goes'),
});

const candidate = record<CandidateVersion>({
  version: field(whole(1, 1e8), null, 'its number'),
  image: field(IMAGE, null, 'image that holds it'),
  weight: field(whole(0, 100), 0, 'percent of the requests'),
});

/** Everything below `kubernetes`. */
export const kubernetesDocument: Rule<KubernetesDocument> = record<KubernetesDocument>({
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
    orNothing(
      record<ShadowVersion>({
        version: field(whole(1, 1e8), null, 'its number'),
        image: field(IMAGE, null, 'image that holds it'),
        percent: field(whole(1, 100), 100, 'percent of the requests that are copied to it'),
      }),
    ),
    null,
    'a version that gets copies of requests; its answers are seen by nobody',
  ),
  replicas: field(orNothing(whole(1, 1000)), null, 'pods, where no scaler decides it'),
  cpu: field(CPU, '1', 'processor time of a pod, requested and allowed'),
  memory: field(
    orNothing(MEMORY_QUANTITY),
    null,
    'memory of a pod, requested and allowed (default: by the runtime)',
  ),
  startup: field(
    orNothing(seconds('5s', '2h')),
    null,
    'until when a pod must have loaded and warmed up its model (default: 2m, 5m with Python)',
  ),
  longestRequest: field(seconds('1s', '55m'), '60s', 'what a request may take'),
  drain: field(seconds('1s', '5m'), '10s', 'how long a pod goes on accepting after it was told to go'),
  env: field(table(VARIABLE, VALUE), {}, 'more variables of the server; never secrets'),
  keysSecret: field(
    orNothing(OBJECT),
    null,
    'secret whose entry keys.json is what `plimsoll keys export` writes: callers need keys',
  ),
  insecure: field(flag, false, 'callers need no keys, although no network policy says who they are'),
  hpa: field(orFalse(orNothing(hpa)), null, 'a HorizontalPodAutoscaler on the own numbers of the server'),
  keda: field(orFalse(orNothing(keda)), null, 'a ScaledObject of KEDA instead'),
  gateway: field(
    orNothing(
      record<GatewayParent>({
        name: field(OBJECT, null, 'gateway that routes come from'),
        namespace: field(orNothing(LABEL), null, 'its namespace'),
        section: field(orNothing(OBJECT), null, 'its listener'),
        hostnames: field(list(HOSTNAME, { min: 0, max: 16 }), [], 'host names that are answered'),
      }),
    ),
    null,
    'an HTTPRoute of the Gateway API, whose weights split the requests',
  ),
  networkPolicy: field(
    orFalse(
      record<NetworkSettings>({
        fromNamespaces: field(list(LABEL, { min: 0, max: 50 }), [], 'namespaces whose pods may ask, too'),
        toNamespaces: field(
          list(LABEL, { min: 0, max: 50 }),
          [],
          'namespaces that the pods may reach, as that of a collector',
        ),
      }),
    ),
    {},
    'who may reach the pods, and whom they may reach',
  ),
  serviceMonitor: field(
    orFalse(
      record<ServiceMonitorSettings>({
        namespace: field(LABEL, 'monitoring', 'namespace of the Prometheus that reads them; it is let in'),
        interval: field(seconds('1s', '1h'), '15s', 'how often numbers are read'),
        labels: field(table(LABEL_KEY, LABEL_VALUE), {}, 'labels by which the Prometheus operator finds it'),
      }),
    ),
    {},
    'a ServiceMonitor of the Prometheus operator',
  ),
  disruptionBudget: field(flag, true, 'a PodDisruptionBudget, where there is more than one pod'),
  batch: field(list(batchJob(), { min: 0, max: 20 }), [], 'tables that are scored, once or by a schedule'),
  kserve: field(
    orNothing(
      record<KServe>({
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
      }),
    ),
    null,
    'objects of KServe instead of a Deployment',
  ),
  nodeSelector: field(table(LABEL_KEY, LABEL_VALUE), {}, 'labels of nodes that pods run on'),
});
