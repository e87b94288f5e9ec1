/** What is rendered: a document whose parts have been held against each other and against what the target can. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { BatchJob } from './batch-job.ts';
import type { Gateway, Hpa, Keda, KServe, KubernetesDocument, Monitor, Network } from './document.ts';
import { kubernetesDocument } from './document.ts';
import { objectName } from './manifest.ts';

/** What is known of the version that goes to the cluster. */
export interface ModelFacts {
  readonly name: string;
  readonly version: number;
  /** sha256 of its bundle, hex. */
  readonly digest: string;
  readonly runtime: 'native' | 'onnx' | 'python';
  readonly isOnnx: boolean;
}

export type Role = 'stable' | 'candidate' | 'shadow';

/** One version, with pods of its own. */
export interface ServedVersion {
  readonly version: number;
  readonly image: string;
  readonly role: Role;
  /** Percent of the requests; of a shadow, of the copies. */
  readonly weight: number;
  /** Bundle's digest, where it is known. */
  readonly digest: string | null;
}

export interface Scaler extends Hpa {
  readonly target: number;
  readonly keda: Pick<Keda, 'prometheus' | 'wakeQuery' | 'cooldown'> | null;
}

export interface KubernetesSpec {
  readonly name: string;
  readonly namespace: string | null;
  /** `34` of 1.34. */
  readonly minor: number;
  readonly model: ModelFacts;
  /** The stable one first. */
  readonly versions: readonly ServedVersion[];
  readonly modelImage: string | null;
  readonly pullSecrets: readonly string[];
  /** Pods of each version, or null where a scaler decides it. */
  readonly replicas: number | null;
  readonly scaler: Scaler | null;
  readonly cpu: string;
  readonly memory: string;
  readonly startupSeconds: number;
  readonly longestRequestSeconds: number;
  readonly drainSeconds: number;
  readonly env: ReadonlyMap<string, string>;
  /** Secret with the keys of callers, or null: whoever reaches a pod may ask. */
  readonly keysSecret: string | null;
  readonly gateway: Gateway | null;
  readonly network: Network | null;
  readonly monitor: Monitor | null;
  readonly disruptionBudget: boolean;
  readonly batch: readonly BatchJob[];
  readonly kserve: (KServe & { readonly image: string }) | null;
  readonly nodeSelector: ReadonlyMap<string, string>;
}

/** Requests a pod at which another one is added: a core that is busy, with a little that waits. */
const TARGETS = { 'in-flight': 4, queue: 2 } as const;
const DEFAULT_SCALER: Hpa = { on: 'in-flight', target: null, min: 2, max: 10 };
/** `lifecycle.preStop.sleep` is on from here on; without it a pod ends before others know that it does. */
const OLDEST_MINOR = 30;
/** Older API servers drop the field silently (KEP-4639). */
const IMAGE_VOLUME_MINOR = 35;
/** Python workers hold interpreters and libraries. */
const MEMORY = { native: '512Mi', onnx: '768Mi', python: '2Gi' } as const;

/**
 * The spec of a document. Throws KUBERNETES_INVALID with everything that is wrong with it, KUBERNETES_UNSUPPORTED with
 * everything that the target cannot do.
 */
export function specOf(given: unknown, model: ModelFacts): KubernetesSpec {
  const problems: string[] = [];
  const document = kubernetesDocument.parse(given, 'kubernetes', problems);
  if (problems.length > 0) throw invalid(problems);
  const name = document.name ?? objectName(model.name);
  if (name === null)
    problems.push(`no name of objects can be made of "${model.name}": give one with --deployment`);
  if (document.image === null)
    problems.push('image is missing: give the one that was pushed, --image REF@sha256:…');
  problems.push(
    ...problemsOfVersions(document, model),
    ...problemsOfScalers(document),
    ...problemsOfModes(document),
    ...problemsOfAccess(document),
  );
  if (problems.length > 0) throw invalid(problems);
  const minor = Number(document.kubernetesVersion.slice(2));
  const lacks = lacksOf(document, model, minor);
  if (lacks.length > 0) throw unsupported(document.kubernetesVersion, lacks);
  const image = document.image!;
  return {
    name: name!,
    namespace: document.namespace,
    minor,
    model,
    versions: versionsOf(document, model, image),
    modelImage: document.modelImage,
    pullSecrets: document.pullSecrets,
    replicas: document.replicas,
    scaler: scalerOf(document),
    cpu: document.cpu,
    memory: document.memory ?? MEMORY[model.runtime],
    startupSeconds: Math.ceil(document.startup / 1000),
    longestRequestSeconds: Math.ceil(document.longestRequest / 1000),
    drainSeconds: Math.ceil(document.drain / 1000),
    env: document.env,
    keysSecret: document.keysSecret,
    gateway: document.gateway,
    network: document.networkPolicy,
    monitor: document.serviceMonitor,
    disruptionBudget: document.disruptionBudget,
    batch: document.batch.map((job) => ({ ...job, image: job.image ?? image })),
    kserve: document.kserve === null ? null : { ...document.kserve, image },
    nodeSelector: document.nodeSelector,
  };
}

const invalid = (list: readonly string[]): PlimsollError =>
  new PlimsollError('KUBERNETES_INVALID', { problems: list.join('; '), list });

const unsupported = (release: string, list: readonly string[]): PlimsollError =>
  new PlimsollError('KUBERNETES_UNSUPPORTED', { release, problems: list.join('; '), list });

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
function problemsOfScalers({ hpa, keda, replicas }: KubernetesDocument): string[] {
  const scaler = keda ?? hpa;
  return [
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
  ];
}

/** Variables that the pod sets itself, or that would be secrets in plain sight. */
const TAKEN = [
  ...[
    'CONTRACT',
    'HOST',
    'PORT',
    'GRACE',
    'BUNDLES',
    'INSECURE',
    'REQUIRE_KEYS',
    'KEYS',
    'KEYS_FILE',
    'TOKEN',
  ],
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
        `env.${name} is decided by other settings: keysSecret names keys, drain and longestRequest times`,
    ),
    ...(keysSecret !== null && insecure
      ? ['keysSecret and insecure contradict each other: leave one out']
      : []),
    ...(keysSecret === null && !insecure && networkPolicy === null && kserve === null
      ? ['without a network policy whoever reaches a pod could ask: give keysSecret, or say insecure: true']
      : []),
  ];
}

/** An image that is mounted holds the version for the pods that serve alone. */
const problemsOfBatch = ({ modelImage, batch }: KubernetesDocument): string[] =>
  modelImage === null
    ? []
    : batch.flatMap(({ name, image }) =>
        image === null
          ? [
              `batch "${name}" needs an image of its own: with modelImage, the one that serves holds no version`,
            ]
          : [],
      );

/** Fields that a target of KServe, or one without, would have to drop. */
function problemsOfModes(document: KubernetesDocument): string[] {
  const { kserve, hpa, keda, gateway, candidates, shadow, modelImage, replicas, batch, keysSecret } =
    document;
  if (kserve === null) return problemsOfBatch(document);
  const given = Object.entries({ hpa, keda, gateway, shadow, modelImage, replicas, keysSecret }).flatMap(
    ([name, value]) => (value === null ? [] : [name]),
  );
  const lists = [...(candidates.length > 0 ? ['candidates'] : []), ...(batch.length > 0 ? ['batch'] : [])];
  return [
    ...[...given, ...lists].map(
      (name) => `${name} has no meaning for objects of KServe: it makes Deployments itself`,
    ),
    ...(kserve.canary !== null && kserve.storageUri === null
      ? ['kserve.canary needs kserve.storageUri']
      : []),
    ...(kserve.min > kserve.max
      ? [`kserve.min is ${kserve.min} and kserve.max ${kserve.max}, wanted min at most max`]
      : []),
  ];
}

function lacksOf(
  { modelImage, hpa, keda, batch }: KubernetesDocument,
  model: ModelFacts,
  minor: number,
): string[] {
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

function versionsOf(
  { candidates, shadow }: KubernetesDocument,
  { version, digest }: ModelFacts,
  image: string,
): readonly ServedVersion[] {
  const rest = candidates.reduce((total, { weight }) => total - weight, 100);
  return [
    { version, image, role: 'stable', weight: rest, digest },
    ...candidates.map((one) => ({ ...one, role: 'candidate' as const, digest: null })),
    ...(shadow === null
      ? []
      : [
          {
            version: shadow.version,
            image: shadow.image,
            role: 'shadow' as const,
            weight: shadow.percent,
            digest: null,
          },
        ]),
  ];
}

function scalerOf({ hpa, keda, replicas, kserve }: KubernetesDocument): Scaler | null {
  if (replicas !== null || kserve !== null) return null;
  const chosen = keda ?? hpa ?? DEFAULT_SCALER;
  const { on, min, max } = chosen;
  return { on, min, max, target: chosen.target ?? TARGETS[on], keda };
}
