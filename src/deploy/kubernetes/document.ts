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
  text,
} from '../../rollout/policy/grammar.ts';
import type { GivenBatchJob } from './batch-job.ts';

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
  readonly candidates: readonly Candidate[];
  readonly shadow: Shadow | null;
  readonly replicas: number | null;
  readonly cpu: string;
  readonly memory: string | null;
  /** Milliseconds until a pod has to have loaded and warmed up its model. */
  readonly startup: number;
  /** Milliseconds that the longest request takes. */
  readonly longestRequest: number;
  /** Milliseconds that a pod goes on accepting after it was told to go. */
  readonly drain: number;
  readonly env: ReadonlyMap<string, string>;
  /** Secret whose entry `keys.json` says who may ask, or null. */
  readonly keysSecret: string | null;
  /** Whoever reaches a pod may ask, although no network policy says who that is. */
  readonly insecure: boolean;
  readonly hpa: Hpa | null;
  readonly keda: Keda | null;
  readonly gateway: Gateway | null;
  readonly networkPolicy: Network | null;
  readonly serviceMonitor: Monitor | null;
  readonly disruptionBudget: boolean;
  readonly batch: readonly GivenBatchJob[];
  readonly kserve: KServe | null;
  readonly nodeSelector: ReadonlyMap<string, string>;
}

/** A version that gets a share of the requests. */
export interface Candidate {
  readonly version: number;
  readonly image: string;
  /** Percent. */
  readonly weight: number;
}

/** A version that gets copies of requests, whose answers nobody sees. */
export interface Shadow {
  readonly version: number;
  readonly image: string;
  readonly percent: number;
}

/** Which of the server's own numbers a scaler follows. */
export type Signal = 'in-flight' | 'queue';

export interface Hpa {
  readonly on: Signal;
  /** Requests a pod, on average. */
  readonly target: number | null;
  readonly min: number;
  readonly max: number;
}

export interface Keda extends Hpa {
  /** URL of the Prometheus that scrapes the pods. */
  readonly prometheus: string;
  /** PromQL that is above 0 when requests come although no pod is there: what scaling from zero needs. */
  readonly wakeQuery: string | null;
  readonly cooldown: number;
}

export interface Gateway {
  readonly name: string;
  readonly namespace: string | null;
  readonly section: string | null;
  readonly hostnames: readonly string[];
}

export interface Network {
  /** Namespaces whose pods may ask, beside those of its own. */
  readonly fromNamespaces: readonly string[];
}

export interface Monitor {
  readonly interval: number;
  readonly labels: ReadonlyMap<string, string>;
}

export interface KServe {
  readonly runtime: 'namespace' | 'cluster';
  readonly storageUri: string | null;
  readonly format: string | null;
  readonly min: number;
  readonly max: number;
  readonly canary: { readonly storageUri: string; readonly weight: number } | null;
}

const whole = (min: number, max: number): Rule<number> => number({ min, max, step: 1 });
/** RFC 1123 label; shorter than 63 for what is added to it. */
const NAME = text('^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$', 'small letters, digits and "-", at most 40');
const LABEL = text('^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$', 'small letters, digits and "-", at most 63');
const OBJECT = text('^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$', 'the name of an object');
const IMAGE = text(
  '^[a-z0-9]([a-zA-Z0-9.:_/-]{0,400})(@sha256:[0-9a-f]{64})?$',
  'an image: REGISTRY/NAME@sha256:… or REGISTRY/NAME:TAG',
);
/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const QUANTITY = text('^[0-9]+(\\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$', 'a quantity such as "500m" or "512Mi"');
const HOSTNAME = text(
  '^(\\*\\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$',
  'a host name, or one with "*." in front',
);
const VARIABLE = text('^[A-Za-z_][A-Za-z0-9_]{0,127}$', 'the name of a variable');
const VALUE = text('^[^\\u0000]{0,4096}$', 'a text of at most 4096 characters');
const LABEL_KEY = text(
  '^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?$',
  'the name of a label',
);
const LABEL_VALUE = text('^([A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?)?$', 'the value of a label');
const RELEASE = text('^1\\.[1-9][0-9]$', 'a release of Kubernetes such as "1.34", in quotes');
const HTTP = text('^https?://[^\\s@]{1,500}$', 'an address: http://… or https://…');
const QUERY = text('^[^\\u0000]{1,2000}$', 'a query in PromQL');
const STORAGE = text(
  '^(oci|oci\\+native|s3|gs|pvc|hf|https|http)://[^\\s]{1,900}$',
  'where the model is: oci+native://…, s3://…, pvc://…',
);
const seconds = (min: string, max: string): Rule<number> => duration(min, max);

const HPA_FIELDS: { readonly [K in keyof Hpa]: Field<Hpa[K]> } = {
  on: field(
    choice<Signal>(['in-flight', 'queue']),
    'in-flight',
    'what is counted: requests being received or scored, or those that wait for a thread',
  ),
  target: field(orNothing(number({ min: 0, max: 1000, above: true })), null, 'requests a pod, on average'),
  min: field(whole(0, 1000), 2, 'pods at least'),
  max: field(whole(1, 1000), 10, 'pods at most'),
};

const hpa = record<Hpa>(HPA_FIELDS);
const keda = record<Keda>({
  ...HPA_FIELDS,
  prometheus: field(HTTP, null, 'Prometheus that scrapes the pods'),
  wakeQuery: field(
    orNothing(QUERY),
    null,
    'PromQL above 0 when there are requests for no pod; needed for min: 0',
  ),
  cooldown: field(seconds('1s', '24h'), '300s', 'how long nothing must have come before the last pod goes'),
});

const candidate = record<Candidate>({
  version: field(whole(1, 1e8), null, 'its number'),
  image: field(IMAGE, null, 'image that holds it'),
  weight: field(whole(0, 100), 0, 'percent of the requests'),
});

/** Everything below `kubernetes`. */
export const kubernetesDocument: Rule<KubernetesDocument> = record<KubernetesDocument>({
  name: field(orNothing(NAME), null, 'name of everything that is made (default: that of the model)'),
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
      record<Shadow>({
        version: field(whole(1, 1e8), null, 'its number'),
        image: field(IMAGE, null, 'image that holds it'),
        percent: field(whole(1, 100), 100, 'percent of the requests that are copied to it'),
      }),
    ),
    null,
    'a version that gets copies of requests; its answers are seen by nobody',
  ),
  replicas: field(orNothing(whole(1, 1000)), null, 'pods, where no scaler decides it'),
  cpu: field(QUANTITY, '1', 'processor time of a pod, requested and allowed'),
  memory: field(
    orNothing(QUANTITY),
    null,
    'memory of a pod, requested and allowed (default: by the runtime)',
  ),
  startup: field(seconds('5s', '2h'), '2m', 'until when a pod must have loaded and warmed up its model'),
  longestRequest: field(seconds('1s', '1h'), '60s', 'what a request may take'),
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
      record<Gateway>({
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
      record<Network>({
        fromNamespaces: field(list(LABEL, { min: 0, max: 50 }), [], 'namespaces whose pods may ask, too'),
      }),
    ),
    {},
    'who may reach the pods; they themselves reach nobody',
  ),
  serviceMonitor: field(
    orFalse(
      record<Monitor>({
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
          choice(['namespace', 'cluster']),
          'namespace',
          'a ServingRuntime, or one for the cluster',
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

/** Fields of a job, by the flags of `batch run` that they become. */
function batchJob(): Rule<GivenBatchJob> {
  const words = orNothing(text('^[^\\u0000-\\u001f]{1,500}$', 'a text of 1 to 500 characters'));
  const place = text('^[^\\u0000-\\u001f]{1,1000}$', 'a place: s3://…, postgres://…, /data/…');
  const count = orNothing(whole(1, 1e9));
  return record<GivenBatchJob>({
    name: field(NAME, null, 'name of the job'),
    image: field(
      orNothing(IMAGE),
      null,
      'image made `--with batch`; left out, that of the pods that serve, which has to be made so, too',
    ),
    schedule: field(
      orNothing(text('^(\\S+ ){4}\\S+$', 'five fields of cron: "30 2 * * *"')),
      null,
      'when it runs; left out, it runs once',
    ),
    timeZone: field(
      text('^[A-Za-z][\\w+/-]{0,60}$', 'IANA name of a zone'),
      'Etc/UTC',
      'zone of the schedule',
    ),
    input: field(place, null, 'where the rows are'),
    output: field(place, null, 'where the answers go'),
    key: field(words, null, 'column that names a row'),
    columns: field(words, null, 'columns to carry into the output'),
    features: field(words, null, 'columns that the model reads, in its order'),
    inputFormat: field(
      orNothing(choice(['parquet', 'csv', 'jsonl', 'arrow'])),
      null,
      'where the name does not tell',
    ),
    outputFormat: field(orNothing(choice(['parquet', 'csv', 'jsonl'])), null, 'where the name does not tell'),
    mode: field(orNothing(choice(['append', 'upsert'])), null, 'what rows do in a table that is there'),
    duplicates: field(orNothing(choice(['fail', 'skip', 'allow'])), null, 'the second row of a key'),
    maxBad: field(words, null, 'rows without an answer that a run may have: "100" or "1%"'),
    lanes: field(count, null, 'processes that score'),
    chunkRows: field(count, null, 'rows of a chunk'),
    secrets: field(list(OBJECT, { min: 0, max: 10 }), [], 'secrets whose entries become variables'),
    claim: field(
      orNothing(OBJECT),
      null,
      'PersistentVolumeClaim for what a run has to remember; without one an interrupted run is not gone on with',
    ),
    cpu: field(QUANTITY, '2', 'processor time'),
    memory: field(QUANTITY, '2Gi', 'memory'),
    deadline: field(seconds('1m', '168h'), '6h', 'how long a run may take'),
  });
}
