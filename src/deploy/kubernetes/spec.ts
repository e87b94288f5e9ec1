/** What is rendered: a document whose parts have been held against each other and against what the target can. */
import { required } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { readValue } from '../../schema/read-value.ts';
import type { BatchJob } from './batch-job.ts';
import {
  type GatewayParent,
  type HpaSettings,
  type KedaSettings,
  type KServeSettings,
  KUBERNETES_DOCUMENT,
  type KubernetesDocument,
  type NetworkSettings,
  type ServiceMonitorSettings,
} from './document.ts';
import { objectName } from './manifest.ts';
import type { ModelFacts } from './model-facts.ts';
import { lacksOf, problemsOf } from './violations.ts';

export type VersionRole = 'stable' | 'candidate' | 'shadow';

/** One version, with pods of its own. */
export interface ServedVersion {
  readonly version: number;
  readonly image: string;
  readonly role: VersionRole;
  /** Percent of the requests; of a shadow, of the copies. */
  readonly weight: number;
  /** Bundle's digest, where it is known. */
  readonly digest: string | null;
}

export interface ScalerSpec extends HpaSettings {
  readonly target: number;
  readonly keda: Pick<KedaSettings, 'prometheus' | 'wakeQuery' | 'cooldown'> | null;
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
  readonly scaler: ScalerSpec | null;
  readonly cpu: string;
  readonly memory: string;
  readonly startupSeconds: number;
  readonly longestRequestSeconds: number;
  readonly drainSeconds: number;
  readonly env: ReadonlyMap<string, string>;
  /** Secret with the keys of callers, or null: whoever reaches a pod may ask. */
  readonly keysSecret: string | null;
  readonly gateway: GatewayParent | null;
  readonly network: NetworkSettings | null;
  readonly monitor: ServiceMonitorSettings | null;
  readonly disruptionBudget: boolean;
  readonly batch: readonly BatchJob[];
  readonly kserve: (KServeSettings & { readonly image: string }) | null;
  readonly nodeSelector: ReadonlyMap<string, string>;
}

/** Requests a pod at which another one is added: a core that is busy, with a little that waits. */
const TARGETS = { 'in-flight': 4, queue: 2 } as const;
const DEFAULT_SCALER: HpaSettings = { on: 'in-flight', target: null, min: 2, max: 10 };
/** Python workers hold interpreters and libraries. */
const MEMORY = { native: '512Mi', onnx: '768Mi', python: '2Gi' } as const;
/** Seconds until a pod must be ready: longer than Python may take to start, so that its own words are heard. */
const STARTUP = { native: 120, onnx: 120, python: 300 } as const;

/**
 * The spec of a document. Throws KUBERNETES_INVALID with everything that is wrong with it, KUBERNETES_UNSUPPORTED with
 * everything that the target cannot do.
 */
export function kubernetesSpecOf(given: unknown, model: ModelFacts): KubernetesSpec {
  const problems: string[] = [];
  const document = readValue(KUBERNETES_DOCUMENT, given, 'kubernetes', problems);
  if (problems.length > 0) throw invalid(problems);
  const name = document.name ?? objectName(model.name);
  problems.push(...problemsOf(document, given, model, name));
  if (problems.length > 0) throw invalid(problems);
  const minor = Number(document.kubernetesVersion.slice(2));
  const lacks = lacksOf(document, model, minor);
  if (lacks.length > 0) throw unsupported(document.kubernetesVersion, lacks);
  // Only what runs on a runtime that is there already has none.
  const image = document.image ?? '';
  return {
    name: required(name, 'a name'),
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
    startupSeconds: document.startup === null ? STARTUP[model.runtime] : Math.ceil(document.startup / 1000),
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

function scalerOf({ hpa, keda, replicas, kserve }: KubernetesDocument): ScalerSpec | null {
  if (replicas !== null || kserve !== null) return null;
  const chosen = keda ?? hpa ?? DEFAULT_SCALER;
  const { on, min, max } = chosen;
  return { on, min, max, target: chosen.target ?? TARGETS[on], keda };
}
