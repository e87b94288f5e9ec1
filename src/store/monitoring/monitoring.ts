/**
 * What monitoring must remember: a database of its own beside the store (`DATA/monitoring.sqlite`, or the schema
 * `plimsoll_monitoring`), which any number of processes open. Times are milliseconds since the epoch; JSON comes back as it
 * was put in.
 */
import type { Page, PageRequest } from '../store.ts';

/** What people have set for an endpoint. */
export interface MonitorRow {
  readonly endpoint: string;
  /** A `MonitorPolicy`, as it was written. */
  readonly policy: unknown;
  readonly generation: number;
  readonly changedAt: number;
  readonly changedBy: string;
}

export interface ProfileRow {
  readonly model: string;
  readonly version: number;
  /** A `ReferenceProfile`. */
  readonly profile: unknown;
  readonly createdAt: number;
}

/** Counts of one slot of time, of one replica. */
export interface TickRow {
  /** Grows in the order of insertion. */
  readonly id: number;
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  readonly replica: string;
  /** Begin of the slot. */
  readonly at: number;
  readonly span: number;
  readonly rows: number;
  /** Packed `TickCounts`. */
  readonly counts: Uint8Array;
}

/** A file of the prediction log. */
export interface SegmentRow {
  /** Below the folder of the log. */
  readonly path: string;
  readonly replica: string;
  readonly endpoint: string;
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly bytes: number;
}

/** State that goes on after a restart: detectors, evaluators; by kind and name. */
export interface MemoryRow {
  readonly kind: string;
  readonly name: string;
  readonly body: unknown;
  readonly changedAt: number;
}

export interface BlockKey {
  readonly worker: string;
  readonly epoch: number;
  readonly seq: number;
}

/** What one process has taken in, kept all or not at all. */
export interface Intake {
  readonly blocks: readonly BlockKey[];
  readonly segments: readonly SegmentRow[];
  readonly ticks: readonly Omit<TickRow, 'id'>[];
}

/** One thing that happened to an alert, oldest first in the list of an alert. */
export interface AlertEventRow {
  readonly id: number;
  readonly fingerprint: string;
  readonly at: number;
  readonly what: string;
  readonly body: unknown;
}

/** A notice on its way to a receiver; kept until it is there or is given up. */
export interface DeliveryRow {
  readonly id: string;
  readonly receiver: string;
  /** One message is updated, or threads are kept, by it. */
  readonly groupKey: string;
  readonly body: unknown;
  readonly state: 'waiting' | 'sent' | 'dead';
  readonly attempts: number;
  readonly notBefore: number;
  readonly error: string | null;
  readonly createdAt: number;
  /** What the receiver said that a later notice of the group needs (Slack's `ts`). */
  readonly receipt: unknown;
}

/** Accuracy of one cohort as it was known at one time: a later label makes another revision. */
export interface CohortRow {
  readonly endpoint: string;
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly revision: number;
  readonly computedAt: number;
  readonly body: unknown;
}

export interface MonitoringStore {
  readonly kind: 'sqlite' | 'postgres';
  monitors(page?: PageRequest): Promise<Page<MonitorRow>>;
  monitor(endpoint: string): Promise<MonitorRow | null>;
  /** False where the generation is not `expected` (0: there must be none). */
  setMonitor(row: Omit<MonitorRow, 'generation'>, expected: number): Promise<boolean>;

  profile(model: string, version: number): Promise<ProfileRow | null>;
  setProfile(row: ProfileRow): Promise<void>;

  /** Which of these blocks are not taken in yet. */
  fresh(blocks: readonly BlockKey[]): Promise<readonly BlockKey[]>;
  takeIn(intake: Intake): Promise<void>;
  /** After `id`, in its order. */
  ticksAfter(id: number, limit: number): Promise<readonly TickRow[]>;
  /** By time, of an endpoint; `version` null: of all. */
  ticks(query: {
    readonly endpoint: string;
    readonly version: number | null;
    readonly from: number;
    readonly to: number;
  }): Promise<readonly TickRow[]>;
  /** Replaces ticks by their sums: of the same endpoint, version and replica. */
  foldTicks(ids: readonly number[], sums: readonly Omit<TickRow, 'id'>[]): Promise<void>;

  segments(query: {
    readonly endpoint: string | null;
    readonly from: number;
    readonly to: number;
  }): Promise<readonly SegmentRow[]>;
  /** Puts `added` in the place of `removed`, all at once. */
  replaceSegments(removed: readonly string[], added: readonly SegmentRow[]): Promise<void>;

  memory(kind: string, name: string): Promise<MemoryRow | null>;
  memories(kind: string): Promise<readonly MemoryRow[]>;
  /** All or nothing. */
  remember(rows: readonly MemoryRow[]): Promise<void>;

  /** `AlertRow`s of `monitor/alerts/alert.ts`, as JSON, by fingerprint. */
  alerts(
    page?: PageRequest & { readonly endpoint?: string | undefined; readonly states?: readonly string[] },
  ): Promise<Page<unknown>>;
  alert(fingerprint: string): Promise<unknown>;
  /** Alerts as they are now, what happened to them, and notices about it: all or nothing. */
  alerted(change: {
    readonly alerts: readonly {
      readonly fingerprint: string;
      readonly endpoint: string;
      readonly state: string;
      readonly row: unknown;
    }[];
    readonly events: readonly Omit<AlertEventRow, 'id'>[];
    readonly deliveries: readonly DeliveryRow[];
  }): Promise<void>;
  alertEvents(fingerprint: string, page?: PageRequest): Promise<Page<AlertEventRow>>;
  deliveries(query: {
    readonly state: DeliveryRow['state'];
    readonly dueAt?: number;
    readonly limit: number;
  }): Promise<readonly DeliveryRow[]>;
  setDelivery(row: DeliveryRow): Promise<void>;
  lastDelivery(receiver: string, groupKey: string): Promise<DeliveryRow | null>;

  /** The newest revision of each cohort. */
  cohorts(query: {
    readonly endpoint: string;
    readonly from: number;
    readonly to: number;
  }): Promise<readonly CohortRow[]>;
  cohortRevisions(endpoint: string, version: number, from: number): Promise<readonly CohortRow[]>;
  addCohort(row: Omit<CohortRow, 'revision'>): Promise<void>;

  /** Claims what only one process may do (evaluate, deliver) for `millis`; false where another holds it. */
  claim(what: string, holder: string, now: number, millis: number): Promise<boolean>;
  /** Forgets ticks, events, deliveries, cohorts and block keys before these times. */
  forget(before: { readonly ticks: number; readonly events: number; readonly blocks: number }): Promise<void>;
  close(): Promise<void>;
}
