/** What the watch remembers of a version of an endpoint, and how it is named. Plain data. Pure. */
import type { DriftState } from '../drift/drift-watch.ts';

/** Kinds of memories. */
export const MEMORY_KINDS = {
  /** One, `watch`: a `WatchMemory`. */
  watch: 'watch',
  /** By endpoint: a `TrafficHistory`. */
  traffic: 'traffic',
  /** By endpoint and version: a `DriftMemory`. */
  drift: 'drift',
  /** By endpoint: an `EndpointMemory`. */
  endpoint: 'endpoint',
  /** By endpoint and version: a `QualityMemory`. */
  quality: 'quality',
  /** By endpoint: an `OperationsState`. */
  operations: 'operations',
} as const;

export const watchName = 'watch';

/** Names of endpoints have no spaces. */
export const versionMemoryName = (endpoint: string, version: number): string => `${endpoint} ${version}`;

export interface WatchMemory {
  /** Number of the last tick that all other memories know of. */
  readonly tick: number;
  /** When all that is watched was looked at, in milliseconds since the epoch. */
  readonly evaluatedAt: number;
}

export interface DriftMemory {
  /** When its profile was made: the state belongs to it alone. */
  readonly profile: number;
  /** False alarms a row that were accepted. */
  readonly falseAlarms: number;
  /** Names of the features and answers that are watched, in the order of the state. */
  readonly features: readonly string[];
  readonly state: DriftState;
  /** Rows that were counted, and when the first and the last of them came. */
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  /** When each finding that lasts began, by `findingName`. */
  readonly began: Readonly<Record<string, number>>;
}

export interface EndpointMemory {
  readonly stable: number;
  /** Since when it is stable; 0 where it was when this endpoint was first seen. */
  readonly since: number;
  /** The last rollout that drift has steered, the begin of the latest drift that it has done so for, and when it was. */
  readonly steered: { readonly rollout: string; readonly began: number; readonly at: number } | null;
  /** Rows that were seen since the endpoint was, and that were to be captured and were not. */
  readonly rows?: number;
  readonly dropped?: number;
  /** When the reference of the stable version was last replaced under the watch. */
  readonly referred?: number;
  /** How rules of quality stand. */
  readonly raised?: RaisedRules;
}

/** Since when each rule says what it says, of those that ever were beyond; 0: it is below at present. By `ruleName`. */
export type RaisedRules = Readonly<Record<string, number>>;
