/**
 * What can be asked of the control plane. Two implementations: in this process over the store, or over HTTP where a
 * server owns it; commands do not know which they talk to. All methods throw coded errors.
 */

import type { Static } from 'typebox';
import type { Actor } from '../core/actor.ts';
import type { TreePart } from '../outline/outline-schemas.ts';
import type { TreeChoice } from '../outline/trees/tree-part.ts';
import type { NewVersion } from '../registry/new-version.ts';
import type { RecordingLine } from '../rollout/recording.ts';
import type { Route } from '../rollout/route.ts';
import type { AuditRequest, AuditRow, Page, PageRequest, RouteRow, Strategy } from '../store/store.ts';
import type { VerifiedChain } from '../store/verified-audit-chain.ts';
import type { CertificateView, ContentsView, DifferenceView, GoldenView } from './contents-schemas.ts';
import type { ROLLOUT_LINT } from './lint-schema.ts';
import type { PROOF_VIEW } from './proof-schema.ts';
import type { ROLLOUT_HISTORY, ROLLOUT_SUMMARY, ROLLOUT_VIEW, SIGNED_REPORT } from './rollout-schemas.ts';
import type { TRAFFIC_HISTORY, TRAFFIC_VIEW } from './traffic-schemas.ts';
import type {
  ENDPOINT_VIEW,
  FEEDBACK_RECEIPT,
  GARBAGE_RECEIPT,
  MODEL_VIEW,
  UNIT_EXPLANATION,
  VERSION_VIEW,
} from './view-schemas.ts';

export type VersionView = Static<typeof VERSION_VIEW>;
/** How the proof of a version stands. */
export type ProofView = Static<typeof PROOF_VIEW>;
export type ModelView = Static<typeof MODEL_VIEW>;
export type EndpointView = Static<typeof ENDPOINT_VIEW>;
export type RolloutView = Static<typeof ROLLOUT_VIEW>;
export type RolloutHistoryView = Static<typeof ROLLOUT_HISTORY>;
/** A rollout in a list. */
export type RolloutSummary = Static<typeof ROLLOUT_SUMMARY>;
export type SignedReport = Static<typeof SIGNED_REPORT>;
/** What versions were asked and answered lately. */
export type TrafficView = Static<typeof TRAFFIC_VIEW>;

/** What versions of an endpoint were asked and answered over a range of time. */
export type TrafficHistoryView = Static<typeof TRAFFIC_HISTORY>;

/** What is asked for of that: milliseconds since the epoch, and of a point. */
export interface TrafficRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Before `to`, where `from` is not given. */
  readonly last?: number | undefined;
  readonly step?: number | undefined;
}

/** What running a version with Python rests on. */
export type PythonView = NonNullable<VersionView['python']>;

/** Counts and quantiles of one arm since the rollout began. */
export type ArmView = RolloutView['arms'][number];

export interface NewRollout {
  readonly candidate: number;
  readonly strategy: Strategy;
  /** As written in a policy file; what is left out has its default. */
  readonly policy?: unknown;
  /** Begins also where the policy cannot find its margin in time; that is recorded. */
  readonly force?: boolean | undefined;
}

/** A rollout that is thought of, and at which traffic. */
export interface LintedRollout extends Pick<NewRollout, 'candidate' | 'strategy' | 'policy'> {
  /** Requests a second. @default {as measured} */
  readonly rate?: number | undefined;
}
/** What it would do, and whether it may begin. */
export type RolloutLint = Static<typeof ROLLOUT_LINT>;

/** Which rollouts of all endpoints: a state, or all that run or wait for a person (`active`), or that are over (`over`). */
export interface RolloutQuery extends PageRequest {
  readonly endpoint?: string | undefined;
  readonly strategy?: Strategy | undefined;
  readonly state?: RolloutView['state'] | 'active' | 'over' | undefined;
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

export type FeedbackReceipt = Static<typeof FEEDBACK_RECEIPT>;
export type UnitExplanation = Static<typeof UNIT_EXPLANATION>;

/** How many bundles, and their bytes. */
export type Garbage = Static<typeof GARBAGE_RECEIPT>;

export interface ControlApi {
  models(page: PageRequest): Promise<Page<ModelView>>;
  model(name: string): Promise<ModelView>;
  versions(model: string, page: PageRequest): Promise<Page<VersionView>>;
  version(model: string, version: number): Promise<VersionView>;
  /** How its proof goes, or went: for who looks on. */
  proof(model: string, version: number): Promise<ProofView>;
  /** What was proved of a version, and of which bytes. */
  certificate(model: string, version: number): Promise<CertificateView>;
  /** What is in its file. */
  contents(model: string, version: number): Promise<ContentsView>;
  /** Some levels of one of its trees; `step` is the id of a step of its contents. */
  tree(model: string, version: number, step: number, choice: TreeChoice): Promise<TreePart>;
  /** Its golden rows with what it answers now. */
  goldenRows(model: string, version: number, page: PageRequest): Promise<GoldenView>;
  /** How one version differs from another, answers to the same rows among it. */
  difference(model: string, from: number, to: number): Promise<DifferenceView>;
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
  /** Bundles that no version needs, and that are old enough to go. */
  garbage(): Promise<Garbage>;
  /** Removes them; answers what has gone. */
  collectGarbage(actor: Actor): Promise<Garbage>;

  endpoints(page: PageRequest): Promise<Page<EndpointView>>;
  endpoint(name: string): Promise<EndpointView>;
  routes(endpoint: string, page: PageRequest): Promise<Page<RouteRow>>;
  /** The last hour where nothing else is asked for; points are as fine as what is kept, and at most 500. */
  trafficHistory(endpoint: string, range: TrafficRange): Promise<TrafficHistoryView>;
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

  /** Begins nothing: what a rollout would do, and why it may not begin where it may not. */
  lintRollout(endpoint: string, rollout: LintedRollout): Promise<RolloutLint>;
  startRollout(endpoint: string, rollout: NewRollout, actor: Actor): Promise<RolloutView>;
  rollouts(endpoint: string, page: PageRequest): Promise<Page<RolloutView>>;
  /** Of all endpoints, newest first: what their logs say of each is `rollout`'s to tell. */
  allRollouts(query: RolloutQuery): Promise<Page<RolloutSummary>>;
  rollout(id: string): Promise<RolloutView>;
  /** How it came to where it is. */
  history(id: string): Promise<RolloutHistoryView>;
  command(id: string, command: RolloutCommand, actor: Actor): Promise<RolloutView>;
  /** Its closed windows in order, as lines of a recording that `rollout replay` reads. */
  windows(id: string, page: PageRequest): Promise<Page<RecordingLine>>;
  /** Signed account of a rollout: a DSSE envelope. */
  evidence(id: string): Promise<SignedReport>;
  keys(): Promise<readonly { readonly keyId: string; readonly publicKey: string }[]>;

  /** `durable` is there where they are on the disk of the server, which writes them once the store is back. */
  feedback(items: readonly FeedbackItem[]): Promise<FeedbackReceipt>;
  audit(wanted: AuditRequest): Promise<Page<AuditRow>>;
  /** Computes the whole chain of audit entries again. */
  auditChain(): Promise<VerifiedChain>;
}
