/**
 * What can be asked of the control plane. Two implementations: in this process over the store, or over HTTP where a
 * server owns it; commands do not know which they talk to. All methods throw coded errors.
 */

import type { Actor } from '../core/actor.ts';
import type { NewVersion } from '../registry/new-version.ts';
import type { RolloutStatus } from '../rollout/decide/status.ts';
import type { MetricView } from '../rollout/experiment/arm-comparisons.ts';
import type { ExperimentView } from '../rollout/experiment/view.ts';
import type { RecordingLine } from '../rollout/recording.ts';
import type { Route } from '../rollout/route.ts';
import type { AuditRow, Check, Page, PageRequest, RouteRow, Strategy, VersionState } from '../store/store.ts';
import type { MeasuredTraffic } from './fleet/traffic-meter.ts';
import type { RolloutForecast } from './rollouts/forecast.ts';

export type { Actor, NewVersion };

export interface VersionView {
  readonly model: string;
  readonly version: number;
  readonly state: VersionState;
  readonly digest: string;
  readonly checks: readonly Check[];
  readonly file: string;
  readonly proof: string | null;
  readonly runtime: string | null;
  readonly rowMicros: number | null;
  /** Where it runs with Python, or a script goes around it. */
  readonly python: PythonView | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly note: string;
  readonly aliases: readonly string[];
  readonly createdAt: string;
  readonly createdBy: string;
}

/** What running a version with Python rests on. */
export interface PythonView {
  /** Minor version: `3.11`. */
  readonly version: string;
  readonly form: string;
  readonly allow: readonly string[];
  readonly trustedBy: string;
  /** UTC, ISO 8601. */
  readonly trustedAt: string;
  /** Layers of the sandbox that did not hold when it was proved, and why. */
  readonly missingLayers: readonly string[];
}

export interface ModelView {
  readonly name: string;
  /** Its newest version. */
  readonly latest: VersionView;
  readonly aliases: Readonly<Record<string, number>>;
}

export interface EndpointView {
  readonly name: string;
  readonly model: string;
  readonly generation: number;
  readonly stable: number;
  /** What a rollback goes to. */
  readonly previous: number | null;
  readonly route: Route;
  /** The rollout that runs, or null. */
  readonly rollout: RolloutView | null;
  /** Of its model over the last minutes, or null where too little was seen. */
  readonly traffic: MeasuredTraffic | null;
  /** There where the route holds in memory alone: the store is away, and is told when it is back. */
  readonly durable?: false;
}

/** Counts and quantiles of one arm since the rollout began. */
export interface ArmView {
  readonly name: string;
  readonly version: number;
  readonly units: number;
  readonly failures: number;
  /** Milliseconds; null without requests. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
}

export type { MetricView };

export interface RolloutView extends RolloutStatus {
  readonly id: string;
  readonly endpoint: string;
  readonly strategy: Strategy;
  readonly candidate: number;
  readonly stableVersion: number;
  /** Of the last decision. */
  readonly verdict: string;
  readonly reason: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly by: string;
  readonly arms: readonly ArmView[];
  readonly metrics: readonly MetricView[];
  /** What did not count: pieces that came after their window was closed, parts that are missing; and how many requests were copied, and copies dropped. */
  readonly left: {
    readonly latePieces: number;
    readonly missingParts: number;
    readonly mirrored: number;
    readonly dropped: number;
  };
  /** Of an experiment: what it has come to so far; else null. */
  readonly experiment: ExperimentView | null;
  /** What is expected, and when; null of experiments, of what waits for a person, and where no traffic is known. */
  readonly forecast: RolloutForecast | null;
  /** What it waits for in vain, as the units are that ask its endpoint; empty where nothing is, or where they are not known. */
  readonly warnings: readonly string[];
  /** There where something of it holds in memory alone: the store is away, and is told when it is back. */
  readonly durable?: false;
}

export interface NewRollout {
  readonly candidate: number;
  readonly strategy: Strategy;
  /** As written in a policy file; what is left out has its default. */
  readonly policy?: unknown;
  /** Begins also where the policy cannot find its margin in time; that is recorded. */
  readonly force?: boolean | undefined;
}

export type RolloutCommand = 'pause' | 'resume' | 'promote' | 'abort' | 'approve';

export interface FeedbackItem {
  readonly endpoint: string;
  readonly requestId?: string | undefined;
  readonly unit?: string | undefined;
  readonly label?: string | number | boolean | undefined;
  readonly metric?: string | undefined;
  readonly value?: number | undefined;
  /** ISO 8601; now where it is left out. */
  readonly time?: string | undefined;
}

export interface FeedbackReceipt {
  readonly accepted: number;
  readonly durable?: false;
}

/** Where a unit goes. */
export interface UnitExplanation {
  readonly version: number;
  readonly hash: number;
  readonly bucket: number;
  /** The role of its range, or the name of its arm in an experiment. */
  readonly arm: string;
  /** Smallest weight, of 10,000, at which the candidate that runs answers it; null where none grows. */
  readonly switchesAt: number | null;
}

export interface ControlApi {
  models(page: PageRequest): Promise<Page<ModelView>>;
  model(name: string): Promise<ModelView>;
  versions(model: string, page: PageRequest): Promise<Page<VersionView>>;
  version(model: string, version: number): Promise<VersionView>;
  /** Proves and numbers a file. The same bytes again are the version that they already are. The first version of a model that has no endpoint goes live under the model's name. */
  addVersion(model: string, source: NewVersion, actor: Actor): Promise<VersionView>;
  changeVersion(
    model: string,
    version: number,
    change: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly note?: string;
      readonly archived?: boolean;
    },
    actor: Actor,
  ): Promise<VersionView>;
  setAlias(model: string, alias: string, version: number | null, actor: Actor): Promise<void>;
  /** Removes bundles that no version needs; answers how many bytes. */
  collectGarbage(actor: Actor): Promise<{ readonly bundles: number; readonly bytes: number }>;

  endpoints(page: PageRequest): Promise<Page<EndpointView>>;
  endpoint(name: string): Promise<EndpointView>;
  routes(endpoint: string, page: PageRequest): Promise<Page<RouteRow>>;
  /** Replaces the header rules or the unit source; `generation` is compared and set. */
  changeRoute(
    endpoint: string,
    change: Partial<Pick<Route, 'rules' | 'unit'>>,
    generation: number,
    actor: Actor,
  ): Promise<EndpointView>;
  /** One flip to a retained version (by default the previous one); a running rollout is aborted by it. */
  rollback(
    endpoint: string,
    to: number | null,
    generation: number | null,
    actor: Actor,
  ): Promise<EndpointView>;
  explainUnit(endpoint: string, unit: string): Promise<UnitExplanation>;

  startRollout(endpoint: string, rollout: NewRollout, actor: Actor): Promise<RolloutView>;
  rollouts(endpoint: string, page: PageRequest): Promise<Page<RolloutView>>;
  rollout(id: string): Promise<RolloutView>;
  command(id: string, command: RolloutCommand, actor: Actor): Promise<RolloutView>;
  /** Its closed windows in order, as lines of a recording that `rollout replay` reads. */
  windows(id: string, page: PageRequest): Promise<Page<RecordingLine>>;
  /** Signed account of a rollout: a DSSE envelope. */
  evidence(id: string): Promise<unknown>;
  keys(): Promise<readonly { readonly keyId: string; readonly publicKey: string }[]>;

  /** `durable` is there where they are on the disk of the server, which writes them once the store is back. */
  feedback(items: readonly FeedbackItem[]): Promise<FeedbackReceipt>;
  audit(page: PageRequest & { readonly subject?: string | undefined }): Promise<Page<AuditRow>>;
}
