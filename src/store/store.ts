/**
 * The store: what must survive. One port, one contract suite, two implementations (SQLite for one machine, PostgreSQL
 * for several). Times are milliseconds since the epoch, JSON columns come back as the values that were put in.
 */

import type { ApiKeys } from './access.ts';
import type { Members, Orders, Pieces } from './replicas.ts';
import type { Revision } from './revisions.ts';
import type { ReadRows, RowOf } from './row-schema.ts';
import type {
  ANSWER_ROWS,
  AUDIT_ROWS,
  ENDPOINT_ROWS,
  FEEDBACK_ROWS,
  ROLLOUT_ACTION_ROWS,
  ROLLOUT_EVENT_ROWS,
  ROLLOUT_ROWS,
  ROUTE_ROWS,
  TRAFFIC_ROWS,
  VERSION_ROWS,
} from './rows.ts';

export interface Store {
  readonly kind: 'sqlite' | 'postgres';
  /** Whether nobody else writes into it. */
  readonly isAlone: boolean;
  /** Each call by itself. Not to be used within `transaction`, which hands its own. */
  readonly tables: Tables;
  /** All or nothing, as if no other writer were there. Retried where the database asks for it: no other effects inside. */
  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /**
   * Calls `listener` soon after anybody has changed the table, where the database tells (PostgreSQL); also when it may
   * have been changed unheard. Whoever relies on it looks by itself now and then. Answers what ends it.
   */
  onChange(table: WatchedTable, listener: () => void): () => void;
  close(): Promise<void>;
}

/** Tables whose changes are told. */
export type WatchedTable = 'endpoints' | 'orders' | 'api_keys';

export interface Tables {
  readonly versions: Versions;
  readonly endpoints: Endpoints;
  readonly rollouts: Rollouts;
  readonly feedback: Feedback;
  readonly audit: Audit;
  readonly owners: Owners;
  readonly idempotency: Idempotency;
  readonly pieces: Pieces;
  readonly members: Members;
  readonly orders: Orders;
  readonly apiKeys: ApiKeys;
  readonly revisions: Revisions;
  readonly traffic: TrafficCells;
}

/** Part of a list; `next` begins the next part, null at its end. Lists are at most 1000 rows. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
/** A part of a list whose damaged rows are told apart, so that the others can be gone on with. */
export type RowPage<T> = Page<T> & ReadRows<T>;
export interface PageRequest {
  /** @default {100} */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

// Versions

export type VersionRow = RowOf<typeof VERSION_ROWS>;
export type VersionState = VersionRow['state'];
export type Check = VersionRow['checks'][number];

export interface Versions {
  /** Numbers it: one more than the highest that the model ever had. */
  insert(row: Omit<VersionRow, 'version'>): Promise<VersionRow>;
  get(model: string, version: number): Promise<VersionRow | null>;
  /** The newest version of the model with these bytes, whatever its state, or null. */
  byDigest(model: string, digest: string): Promise<VersionRow | null>;
  update(
    model: string,
    version: number,
    change: Partial<Pick<VersionRow, 'state' | 'checks' | 'labels' | 'note'>>,
  ): Promise<void>;
  /** Newest first. */
  list(model: string, page?: PageRequest): Promise<RowPage<VersionRow>>;
  /** Names of models, in order. */
  models(page?: PageRequest): Promise<Page<string>>;
  setAlias(model: string, alias: string, version: number | null): Promise<void>;
  aliases(model: string): Promise<Readonly<Record<string, number>>>;
  /** Digests that any version which is not refused names, archived ones included. */
  digests(): Promise<readonly string[]>;
}

// Endpoints and their routes

export type EndpointRow = RowOf<typeof ENDPOINT_ROWS>;
export type RouteRow = RowOf<typeof ROUTE_ROWS>;
export type RouteChange = Pick<RouteRow, 'at' | 'by' | 'reason'>;

export interface Endpoints {
  get(name: string): Promise<EndpointRow | null>;
  list(page?: PageRequest): Promise<RowPage<EndpointRow>>;
  /** False where there is one of that name already. */
  insert(row: EndpointRow, change: RouteChange): Promise<boolean>;
  /**
   * Replaces the route, and what else of the row is named, if the generation is still `expected` (and the owner of
   * `fence.scope` still holds `fence.token`); keeps the new route in the history. False where it is not.
   */
  flip(
    name: string,
    expected: number,
    next: Pick<EndpointRow, 'route'> & Partial<Pick<EndpointRow, 'stable' | 'previous' | 'rollout'>>,
    change: RouteChange,
    fence?: Fence,
  ): Promise<boolean>;
  /** Newest first. */
  history(name: string, page?: PageRequest): Promise<Page<RouteRow>>;
}

// Rollouts

type KeptRollout = RowOf<typeof ROLLOUT_ROWS>;
export type Strategy = KeptRollout['strategy'];

export interface RolloutRow extends Omit<KeptRollout, 'candidateDigest' | 'stableDigest' | 'policyHash'> {
  /** Digests of both and of the policy: what the evidence belongs to. */
  readonly binding: { readonly candidate: string; readonly stable: string; readonly policyHash: string };
}

/** One thing that was decided upon, in order; folding `decide` over them gives the state again. */
export type RolloutEventRow = RowOf<typeof ROLLOUT_EVENT_ROWS>;

/** What was decided to be done; `appliedAt` is null until it has been. */
export type ActionRow = RowOf<typeof ROLLOUT_ACTION_ROWS>;

/** Which rollouts are listed; what is left out matters not. */
export interface RolloutFilter {
  readonly endpoint?: string | undefined;
  readonly strategy?: Strategy | undefined;
  readonly state?: RolloutRow['state'] | undefined;
  readonly isOver?: boolean | undefined;
}

export interface Rollouts {
  /** False where the endpoint has one that runs. */
  insert(row: RolloutRow): Promise<boolean>;
  get(id: string): Promise<RolloutRow | null>;
  update(
    id: string,
    change: Partial<Pick<RolloutRow, 'state' | 'endedAt' | 'rolledBackAutomatically'>>,
  ): Promise<void>;
  /** Those without an end, oldest first. */
  running(): Promise<ReadRows<RolloutRow>>;
  /** Newest first. */
  list(endpoint: string, page?: PageRequest): Promise<RowPage<RolloutRow>>;
  /** The same of all endpoints. */
  listAll(only: RolloutFilter, page?: PageRequest): Promise<RowPage<RolloutRow>>;
  /** Whether a rollout of this endpoint to this digest was rolled back by evidence. */
  wasRolledBack(endpoint: string, digest: string): Promise<boolean>;
  /** False where that number is taken: another controller was faster. */
  append(event: RolloutEventRow): Promise<boolean>;
  /** From `seq` on, in order; a part at a time keeps memory bounded. */
  events(rollout: string, from: number, limit: number): Promise<readonly RolloutEventRow[]>;
  /** Keeps one that is there already as it is. */
  appendAction(action: ActionRow): Promise<void>;
  applied(id: string, at: number): Promise<void>;
  actions(rollout: string, only?: 'unapplied'): Promise<readonly ActionRow[]>;
  /** Why the last action of each of these rollouts was decided, by rollout. */
  lastReasons(rollouts: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Forgets the units of rollouts that ended before `before`; counts and decisions stay. Answers how many windows. */
  forgetUnits(before: number): Promise<number>;
}

// Feedback

/** One answer that labels may come for. */
export interface AnswerRow extends Omit<RowOf<typeof ANSWER_ROWS>, 'segment'> {
  /** Value of the segment header that its request carried; left out where it carried none, or none is asked for. */
  readonly segment?: string;
}

/** A label, or a business value, as it arrived. */
export type FeedbackRow = RowOf<typeof FEEDBACK_ROWS>;

/** A business value of a unit. */
export interface UnitValue {
  /** `requestId` of the answer that was asked about. */
  readonly requestId: string;
  readonly value: number;
  readonly at: number;
}

export interface NumberedFeedback extends FeedbackRow {
  /** Grows in order of arrival. */
  readonly id: number;
}

export interface Feedback {
  /** Those that are there already (same rollout and request) stay as they are. */
  insertAnswers(rows: readonly AnswerRow[]): Promise<void>;
  insert(rows: readonly FeedbackRow[]): Promise<void>;
  /**
   * Answers given in windows [from, to) of a rollout with what arrived for them: the last label of the request, or else
   * of its unit.
   */
  labelled(
    rollout: string,
    from: number,
    to: number,
  ): Promise<readonly (AnswerRow & { readonly label: string | null })[]>;
  /**
   * Answers in windows [from, to) of units that were answered in no window before, the first answer of each; a request
   * without a unit is one by itself. In order of window, time and request.
   */
  firstAnswers(rollout: string, from: number, to: number): Promise<readonly AnswerRow[]>;
  /**
   * Values of a metric that happened in [from, to) to the units of these answers of one rollout, whether given by unit
   * or by any request of theirs; each with the request that stands for its unit.
   */
  valuesOf(
    answers: readonly AnswerRow[],
    endpoint: string,
    metric: string,
    from: number,
    to: number,
  ): Promise<readonly UnitValue[]>;
  /** Values of a metric of an endpoint that happened in [from, to), in order of arrival. */
  values(endpoint: string, metric: string, from: number, to: number): Promise<readonly FeedbackRow[]>;
  /**
   * What arrived after the one numbered `id`, in order of arrival, at most `limit`, up to the first that was received after
   * `until`: in a database that several write to, one with a smaller number may still be on its way.
   */
  after(id: number, until: number, limit: number): Promise<readonly NumberedFeedback[]>;
  /** When that of an endpoint which happened last was received; null where none is kept. */
  newest(endpoint: string): Promise<number | null>;
  /** Removes what is older than `before`; answers how many rows. */
  prune(before: number): Promise<number>;
}

// Audit

export type AuditRow = RowOf<typeof AUDIT_ROWS>;
export type AuditEntry = Omit<AuditRow, 'seq' | 'previous' | 'hash'>;

/** Which entries; those that fit all of it. */
export interface AuditRequest extends PageRequest {
  readonly subject?: string | undefined;
  readonly by?: string | undefined;
  /** Of this kind, or of one of those below it: `rollout` has `rollout.aborted`. */
  readonly what?: string | undefined;
  /** Part of what, whom or who; in small letters or capitals (SQLite: of ASCII). */
  readonly search?: string | undefined;
  /** From this time on, and before that one, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** @default {'oldest'} */
  readonly order?: 'oldest' | 'newest' | undefined;
}

export interface Audit {
  /** To be called in a transaction with what it tells of. */
  append(entry: AuditEntry): Promise<AuditRow>;
  list(wanted?: AuditRequest): Promise<Page<AuditRow>>;
}

/** What a version was asked and answered in one cell of time, as one server counted it. */
export type TrafficRow = RowOf<typeof TRAFFIC_ROWS>;

export interface TrafficCells {
  /** Replaces those that are there. */
  put(rows: readonly TrafficRow[]): Promise<void>;
  /** Those of all servers that begin in [from, to), by time. */
  of(query: {
    readonly model: string;
    readonly step: number;
    readonly from: number;
    readonly to: number;
  }): Promise<readonly TrafficRow[]>;
  /** Requests of all versions and servers in the cells of a step that begin in [from, to), by time. */
  requests(query: {
    readonly model: string;
    readonly step: number;
    readonly from: number;
    readonly to: number;
  }): Promise<readonly { readonly at: number; readonly requests: number }[]>;
  /** Those that one server has of one time, of all models. */
  at(step: number, at: number, replica: string): Promise<readonly TrafficRow[]>;
  /** Removes those of a step that begin before. */
  prune(step: number, before: number): Promise<void>;
}

/** For those who look on. */
export interface Revisions {
  /** Of endpoints, rollouts that run, versions, and the newest of the audit log. */
  all(): Promise<readonly Revision[]>;
}

// Ownership and repeated requests

/** Proof of ownership: a number that grows with every owner. */
export interface Fence {
  readonly scope: string;
  readonly token: number;
}

export interface Owners {
  /** Takes or keeps `scope` for `millis`; null where another holder's time has not run out. A new holder gets a new token. */
  acquire(scope: string, holder: string, now: number, millis: number): Promise<Fence | null>;
  holds(fence: Fence): Promise<boolean>;
  release(fence: Fence): Promise<void>;
}

export interface Idempotency {
  /** What was answered to this key before, or null. */
  get(
    key: string,
  ): Promise<{ readonly fingerprint: string; readonly status: number; readonly body: unknown } | null>;
  put(key: string, fingerprint: string, status: number, body: unknown, at: number): Promise<void>;
  prune(before: number): Promise<void>;
}
