/**
 * What monitoring must remember: a database of its own beside the store (`DATA/monitoring.sqlite`, or the schema
 * `plimsoll_monitoring`), which any number of processes open. Times are whole milliseconds since the epoch; JSON comes back
 * as it was put in.
 */
import type { Revision } from '../revisions.ts';
import type { RowOf } from '../row-schema.ts';
import type { Fence, NumberedFeedback, Page, PageRequest, RowPage } from '../store.ts';
import type {
  ALERT_EVENT_ROWS,
  COHORT_ROWS,
  DELIVERY_ROWS,
  MEMORY_ROWS,
  MONITOR_ROWS,
  PROFILE_ROWS,
  SEGMENT_ROWS,
  TICK_ROWS,
} from './rows.ts';

/** What people have set for an endpoint. */
export type MonitorRow = RowOf<typeof MONITOR_ROWS>;

export type ProfileRow = RowOf<typeof PROFILE_ROWS>;

/** Counts of one slot of time, of one replica. */
export type TickRow = RowOf<typeof TICK_ROWS>;

/** A file of the prediction log. */
export type SegmentRow = RowOf<typeof SEGMENT_ROWS>;

/** State that goes on after a restart: detectors, evaluators; by kind and name. */
export type MemoryRow = RowOf<typeof MEMORY_ROWS>;

export interface BlockKey {
  readonly worker: string;
  readonly epoch: number;
  readonly seq: number;
}

/** What one process has taken in, kept all or not at all. */
export interface Intake {
  /** By which the keys of its blocks are forgotten, some day. */
  readonly at: number;
  readonly blocks: readonly BlockKey[];
  readonly segments: readonly SegmentRow[];
  readonly ticks: readonly Omit<TickRow, 'id'>[];
}

/** One thing that happened to an alert; lists of them are oldest first. */
export type AlertEventRow = RowOf<typeof ALERT_EVENT_ROWS>;

/** A notice on its way to a receiver; kept until it is there or is given up. */
export type DeliveryRow = RowOf<typeof DELIVERY_ROWS>;

/** Accuracy of one cohort as it was known at one time: a later label makes another revision. */
export type CohortRow = RowOf<typeof COHORT_ROWS>;

/** What came of a look at conditions, kept all or not at all. */
export interface AlertChange {
  readonly alerts: readonly {
    readonly fingerprint: string;
    readonly endpoint: string;
    readonly state: string;
    readonly row: unknown;
  }[];
  readonly events: readonly Omit<AlertEventRow, 'id'>[];
  readonly deliveries: readonly DeliveryRow[];
  /** What else the look has to remember, such as the last tick it has read. */
  readonly memories?: readonly MemoryRow[];
}

/** A write that takes a `fence` answers false, and changes nothing, where another has claimed the same since. */
export interface MonitoringStore {
  readonly kind: 'sqlite' | 'postgres';
  /** By name. */
  monitors(page?: PageRequest): Promise<RowPage<MonitorRow>>;
  monitor(endpoint: string): Promise<MonitorRow | null>;
  /** False where the generation is not `expected` (0: there must be none). */
  setMonitor(row: Omit<MonitorRow, 'generation'>, expected: number): Promise<boolean>;

  profile(model: string, version: number): Promise<ProfileRow | null>;
  setProfile(row: ProfileRow): Promise<void>;

  /** Which of these blocks are not taken in yet. */
  fresh(blocks: readonly BlockKey[]): Promise<readonly BlockKey[]>;
  /** False, and nothing is kept, where one of the blocks was taken in before: ask again which are fresh. */
  takeIn(intake: Intake, fence?: Fence): Promise<boolean>;
  /** After `id`, in its order; sums of `foldTicks` are left out: their parts were read before. */
  ticksAfter(id: number, limit: number): Promise<readonly TickRow[]>;
  /** By time, of an endpoint: those that begin in [from, to); `version` null: of all. */
  ticks(query: {
    readonly endpoint: string;
    readonly version: number | null;
    readonly from: number;
    readonly to: number;
  }): Promise<readonly TickRow[]>;
  /**
   * Replaces ticks, which everybody who follows `ticksAfter` has read, by their sums: of the same endpoint, version and
   * replica. False, and nothing changes, where one of them is gone.
   */
  foldTicks(ids: readonly number[], sums: readonly Omit<TickRow, 'id'>[]): Promise<boolean>;

  /** Those with rows in [from, to], by endpoint and time. */ segments(query: {
    readonly endpoint: string | null;
    readonly from: number;
    readonly to: number;
  }): Promise<readonly SegmentRow[]>;
  /** Which of these paths are files of the log. */
  knownSegments(paths: readonly string[]): Promise<readonly string[]>;
  /** Puts `added` in the place of `removed`, all at once; false, and nothing changes, where one of these is gone. */
  replaceSegments(removed: readonly string[], added: readonly SegmentRow[]): Promise<boolean>;

  memory(kind: string, name: string): Promise<MemoryRow | null>;
  /** By name. */
  memories(kind: string): Promise<readonly MemoryRow[]>;
  /** All or nothing. */
  remember(rows: readonly MemoryRow[], fence?: Fence): Promise<boolean>;

  /** `AlertRow`s of `monitor/alerts/alert.ts`, as JSON, by fingerprint. */
  alerts(
    page?: PageRequest & {
      readonly endpoint?: string | undefined;
      readonly states?: readonly string[] | undefined;
    },
  ): Promise<Page<unknown>>;
  alert(fingerprint: string): Promise<unknown>;
  alerted(change: AlertChange, fence?: Fence): Promise<boolean>;
  /** The oldest first, unless the newest are wanted. */
  alertEvents(
    fingerprint: string,
    page?: PageRequest & { readonly order?: 'oldest' | 'newest' | undefined },
  ): Promise<Page<AlertEventRow>>;
  /** Of alerts that are pending or firing, and of what people have set. */
  revisions(): Promise<readonly Revision[]>;
  /** Those that were due longest first. */
  deliveries(query: {
    readonly state: DeliveryRow['state'];
    /** Only those that are not to wait beyond it. */
    readonly dueAt?: number | undefined;
    readonly limit: number;
  }): Promise<readonly DeliveryRow[]>;
  setDelivery(row: DeliveryRow): Promise<void>;
  /** The newest that was sent, or null. */
  lastDelivery(receiver: string, groupKey: string): Promise<DeliveryRow | null>;

  /** The newest revision of each cohort that begins in [from, to), by time and version. */
  cohorts(query: {
    readonly endpoint: string;
    readonly from: number;
    readonly to: number;
  }): Promise<readonly CohortRow[]>;
  /** Oldest first. */
  cohortRevisions(endpoint: string, version: number, from: number): Promise<readonly CohortRow[]>;
  /**
   * Numbers it from 1 in its cohort, and answers the number. The first revision and the newest stay; of those between, of
   * which labels that trickle in make ever more, eighteen do, as evenly in time as they come.
   */
  addCohort(row: Omit<CohortRow, 'revision'>): Promise<number>;

  /** Keeps labels and values that came for answers; one that is there already stays as it is. */
  addLabels(rows: readonly NumberedFeedback[]): Promise<void>;
  /** Of one endpoint and metric (`label`: labels), numbered beyond `after`, by number. */
  labels(query: {
    readonly endpoint: string;
    readonly metric: string;
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly NumberedFeedback[]>;
  /** Of one request, by number: the first so many. */
  labelsOf(requestId: string, limit: number): Promise<readonly NumberedFeedback[]>;
  /** The greatest number of them, of all or of these; 0: there is none. */
  newestLabel(of: { readonly endpoint: string; readonly metric: string } | null): Promise<number>;

  /**
   * Claims what only one process may do (evaluate, deliver), or keeps it, until `now + millis`; null where another holds
   * it. Times are those of the caller, for any number of callers. The token grows with every new holder.
   */
  claim(what: string, holder: string, now: number, millis: number): Promise<Fence | null>;
  /** Lets another claim it at once. */
  release(fence: Fence): Promise<void>;
  /**
   * Forgets ticks, events with cohorts, labels, states and deliveries that wait no more, and keys of blocks, of before these
   * times.
   */
  forget(before: { readonly ticks: number; readonly events: number; readonly blocks: number }): Promise<void>;
  close(): Promise<void>;
}
