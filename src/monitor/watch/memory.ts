/** What the watch remembers of a version of an endpoint, and how it is named. Plain data. Pure. */
import type { DriftState } from '../drift/watch.ts';

/** Kinds of memories. */
export const MEMORY = {
  /** One, `watch`: a `WatchMemory`. */
  watch: 'watch',
  /** By endpoint: a `Traffic`. */
  traffic: 'traffic',
  /** By endpoint and version: a `DriftMemory`. */
  drift: 'drift',
  /** By endpoint: an `EndpointMemory`. */
  endpoint: 'endpoint',
  /** By fingerprint of an alert: an `Acknowledgement` that is not taken into it yet, or null. */
  acknowledgement: 'acknowledgement',
} as const;

export const watchName = 'watch';

/** Names of endpoints have no spaces. */
export const versionName = (endpoint: string, version: number): string => `${endpoint} ${version}`;

export interface WatchMemory {
  /** Number of the last tick that all other memories know of. */
  readonly tick: number;
  /** When all that is watched was looked at, in milliseconds since the epoch. */
  readonly evaluatedAt: number;
  /** Spool files that were no blocks, since ever. */
  readonly bad: number;
}

export interface DriftMemory {
  /** When its profile was made: the state belongs to it alone. */
  readonly profile: number;
  /** False alarms a row that were accepted. */
  readonly falseAlarms: number;
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
  /** The rollout that drift has steered, which it does once. */
  readonly steered: string | null;
}

export interface Acknowledgement {
  readonly by: string;
  readonly reason: string;
}
