/** What is wrong with a document, in itself and for its target: its parts held against each other. */

import { cronProblem } from '../../core/cron.ts';
import { required, valueOfKey } from '../../core/element-at.ts';
import { isRecord } from '../../core/record.ts';
import type { KubernetesDocument } from './document.ts';
import type { ModelFacts } from './model-facts.ts';

/** `lifecycle.preStop.sleep` is on from here on; without it a pod ends before others know that it does. */
const OLDEST_MINOR = 30;
/** Older API servers drop the field silently (KEP-4639). */
const IMAGE_VOLUME_MINOR = 35;
/** Less than this no process of ours starts with. */
const LEAST_MEMORY = 64 * 2 ** 20;
/** A CronJob adds 11 characters to its name for a Job, whose name becomes a label of its pods. */
const CRON_JOB_NAME_MAX = 52;
const JOB_NAME_MAX = 63;

/** Mistakes that no cluster could mend; `given` is the document as it was written, `name` that of what is made of it. */
export function problemsOf(
  document: KubernetesDocument,
  given: unknown,
  model: ModelFacts,
  name: string | null,
): readonly string[] {
  return [
    ...(name === null
      ? [`no name of objects can be made of "${model.name}": give one with --deployment`]
      : []),
    ...(document.image === null && document.kserve?.runtime !== 'existing'
      ? ['image is missing: give the one that was pushed, --image REF@sha256:…']
      : []),
    ...problemsOfVersions(document, model),
    ...problemsOfScalers(document),
    ...problemsOfModes(document, given),
    ...problemsOfAccess(document),
    ...problemsOfNetwork(document),
    ...problemsOfSizes(document),
    ...problemsOfLabels(document),
    ...problemsOfJobs(document, name ?? ''),
  ];
}

function problemsOfVersions(
  { candidates, shadow, gateway, kserve }: KubernetesDocument,
  model: ModelFacts,
): string[] {
  const numbers = [
    model.version,
    ...candidates.map(({ version }) => version),
    ...(shadow ? [shadow.version] : []),
  ];
  const twice = numbers.filter((number, at) => numbers.indexOf(number) !== at);
  const sum = candidates.reduce((total, { weight }) => total + weight, 0);
  const needsRoute = candidates.length > 0 || shadow !== null;
  return [
    ...twice.map((number) => `version ${number} is there twice, wanted each once`),
    ...(sum > 100 ? [`the weights of candidates add up to ${sum}, wanted at most 100`] : []),
    ...(needsRoute && gateway === null && kserve === null
      ? ['candidates and shadow need gateway: without a route nothing splits the requests']
      : []),
  ];
}

/** Two scalers on one target undo each other's work. */
function problemsOfScalers({ hpa, keda, replicas, namespace, batch }: KubernetesDocument): string[] {
  const scaler = keda ?? hpa;
  return [
    ...(replicas === 0 && batch.length === 0
      ? ['replicas is 0 and there is no batch: nothing would ever run']
      : []),
    ...(hpa !== null && keda !== null
      ? [
          'hpa and keda would both scale the same Deployment: KEDA makes a HorizontalPodAutoscaler of its own; leave one out',
        ]
      : []),
    ...(replicas !== null && scaler !== null
      ? ['replicas and a scaler would both decide how many pods there are: leave one out']
      : []),
    ...(scaler !== null && scaler.min > scaler.max
      ? [`min is ${scaler.min} and max ${scaler.max}, wanted min at most max`]
      : []),
    ...(keda !== null && namespace === null
      ? ['keda needs namespace: its query would count requests of the same name in all of them']
      : []),
    ...(keda !== null && keda.min > 0 && keda.wakeQuery !== null
      ? ['keda.wakeQuery has no meaning with a pod that is always there: leave it out, or give min: 0']
      : []),
  ];
}

/** Variables that the pod sets itself, that its probes could not follow, or that would be secrets in plain sight. */
const TAKEN = [
  ...['CONTRACT', 'HOST', 'PORT', 'GRACE', 'BUNDLES', 'INSECURE', 'REQUIRE_KEYS', 'KEYS', 'KEYS_FILE'],
  ...['TOKEN', 'TLS_CERT', 'TLS_KEY', 'TLS_CLIENT_CA'],
].map((name) => `PLIMSOLL_${name}`);

function problemsOfAccess({
  env,
  keysSecret,
  insecure,
  networkPolicy,
  kserve,
}: KubernetesDocument): string[] {
  return [
    ...TAKEN.filter((name) => env.has(name)).map(
      (name) =>
        `env.${name} is decided by other settings: keysSecret names keys, drain and longestRequest times; TLS is the gateway's`,
    ),
    ...(keysSecret !== null && insecure
      ? ['keysSecret and insecure contradict each other: leave one out']
      : []),
    ...(keysSecret === null && !insecure && networkPolicy === null && kserve === null
      ? ['without a network policy whoever reaches a pod could ask: give keysSecret, or say insecure: true']
      : []),
  ];
}

/** Where numbers are sent to (https://opentelemetry.io/docs/specs/otel/protocol/exporter). */
const COLLECTORS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'];

const problemsOfNetwork = ({ env, networkPolicy, kserve }: KubernetesDocument): string[] =>
  networkPolicy === null || networkPolicy.toNamespaces.length > 0 || kserve !== null
    ? []
    : COLLECTORS.filter((name) => env.has(name)).map(
        (name) =>
          `env.${name} is somewhere that the pods may not reach: name its namespace in networkPolicy.toNamespaces`,
      );

/** What says whose an object is, and what it is, is not for a person to say. */
const problemsOfLabels = ({ serviceMonitor }: KubernetesDocument): string[] =>
  [...(serviceMonitor?.labels.keys() ?? [])]
    .filter((name) => /^(plimsoll\.dev|app\.kubernetes\.io)\//.test(name))
    .map((name) => `serviceMonitor.labels.${name} is said by the deployment itself: take another label`);

const UNITS: Readonly<Record<string, number>> = {
  ...{ k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

function problemsOfSizes({ memory, batch }: KubernetesDocument): string[] {
  const isSmall = (quantity: string): boolean => {
    const [, amount, unit] = /^([\d.]+)([A-Za-z]+)$/.exec(quantity) ?? [];
    return Number(amount) * valueOfKey(UNITS, required(unit, 'a unit')) < LEAST_MEMORY;
  };
  const sizes = [
    ...(memory === null ? [] : [{ path: 'memory', quantity: memory }]),
    ...batch.map((job, at) => ({ path: `batch[${at}].memory`, quantity: job.memory })),
  ];
  return sizes
    .filter(({ quantity }) => isSmall(quantity))
    .map(({ path, quantity }) => `${path} is ${quantity}, wanted at least 64Mi: no process starts in less`);
}

function problemsOfJobs({ modelImage, batch }: KubernetesDocument, deployment: string): string[] {
  return batch.flatMap(({ name, image, schedule, timeZone }, at) => {
    const full = `${deployment}-${name}`;
    const problem = scheduleProblem(schedule, timeZone);
    const most = schedule === null ? JOB_NAME_MAX : CRON_JOB_NAME_MAX;
    return [
      ...(batch.findIndex((one) => one.name === name) === at
        ? []
        : [`batch "${name}" is there twice, wanted once`]),
      ...(full.length > most
        ? [`batch "${name}" makes ${full}, which has ${full.length} characters, wanted at most ${most}`]
        : []),
      ...(problem === null ? [] : [`schedule or timeZone of batch "${name}": ${problem}`]),
      // An image that is mounted holds the version for the pods that serve alone.
      ...(modelImage !== null && image === null
        ? [`batch "${name}" needs an image of its own: with modelImage, the one that serves holds no version`]
        : []),
    ];
  });
}

/** What is wrong with a schedule or its zone, or null. Days of the week end with 6 there, and it knows no `L`, `W` and `#`. */
function scheduleProblem(schedule: string | null, timeZone: string): string | null {
  const cron = schedule ?? '0 0 * * *';
  const isKnown = !/[LW#]/.test(cron) && !/(^|[,-])7/.test(cron.split(' ')[4] ?? '');
  return isKnown ? cronProblem({ cron, timeZone }) : `"${cron}" is nothing that a CronJob understands`;
}

/** Fields that a target of KServe, or one without, would have to drop. */
function problemsOfModes(document: KubernetesDocument, given: unknown): string[] {
  const { kserve, hpa, keda, gateway, candidates, shadow, modelImage, replicas, batch, keysSecret } =
    document;
  if (kserve === null) return [];
  const wanted = Object.entries({ hpa, keda, gateway, shadow, modelImage, replicas, keysSecret }).flatMap(
    ([name, value]) => (value === null ? [] : [name]),
  );
  const lists = [...(candidates.length > 0 ? ['candidates'] : []), ...(batch.length > 0 ? ['batch'] : [])];
  // What has a default was asked for only where it was written.
  const written = isRecord(given) ? given : {};
  const asked = ['networkPolicy', 'serviceMonitor', 'disruptionBudget', 'insecure'].filter(
    (name) => (written[name] ?? false) !== false,
  );
  return [
    ...[...wanted, ...lists, ...asked].map(
      (name) => `${name} has no meaning for objects of KServe: it makes Deployments itself`,
    ),
    ...(kserve.canary !== null && kserve.storageUri === null
      ? ['kserve.canary needs kserve.storageUri']
      : []),
    ...(kserve.runtime === 'existing' && kserve.storageUri === null
      ? ['kserve.runtime "existing" makes nothing without kserve.storageUri']
      : []),
    ...(kserve.min > kserve.max
      ? [`kserve.min is ${kserve.min} and kserve.max ${kserve.max}, wanted min at most max`]
      : []),
  ];
}

/** What is well said, but cannot be had there. */
export function lacksOf(
  { modelImage, hpa, keda, batch }: KubernetesDocument,
  model: ModelFacts,
  minor: number,
): readonly string[] {
  return [
    ...(minor < OLDEST_MINOR
      ? [`a pod cannot wait before it ends (preStop.sleep) before 1.${OLDEST_MINOR}`]
      : []),
    ...(modelImage !== null && minor < IMAGE_VOLUME_MINOR
      ? [`an image as a volume would be dropped without a word before 1.${IMAGE_VOLUME_MINOR}`]
      : []),
    ...(hpa?.min === 0
      ? [
          'a HorizontalPodAutoscaler does not go to zero pods: its numbers come from pods; use keda with wakeQuery',
        ]
      : []),
    ...(keda?.min === 0 && keda.wakeQuery === null
      ? [
          'no pod would ever come back from zero: its numbers come from pods; give keda.wakeQuery, of what is in front',
        ]
      : []),
    ...(batch.length > 0 && model.runtime === 'python'
      ? ['tables are not scored with Python in the cluster']
      : []),
  ];
}
