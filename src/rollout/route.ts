/**
 * Where the requests of an endpoint go: one numbered snapshot that is replaced as a whole, followed by every worker and
 * replica alike. Pure.
 */
import { BUCKETS } from './canary-split.ts';

export type RouteRole = 'stable' | 'candidate' | 'control' | 'shadow' | 'arm';

/** Units whose bucket is in [from, to) get this version. */
export interface RouteRange {
  readonly from: number;
  readonly to: number;
  readonly version: number;
  readonly role: RouteRole;
  /** Index into `Recording.arms`, or null where nothing is measured. */
  readonly arm: number | null;
}

/** Requests that carry this header get this version, whatever their bucket; they are not measured. */
export interface HeaderRule {
  /** Lower case. */
  readonly header: string;
  readonly values: readonly string[];
  readonly version: number;
}

/** Where the id of a unit is found; the first that is there counts. Without any, the request is the unit. */
export interface UnitSource {
  /** Lower case. */
  readonly header: string;
  readonly cookie: string | null;
  /** Key at the top of a JSON body. */
  readonly field: string | null;
}

export interface Route {
  readonly endpoint: string;
  readonly model: string;
  /** Grows by one with every change. */
  readonly generation: number;
  /** Covers 0 to BUCKETS without gaps, in order. */
  readonly ranges: readonly RouteRange[];
  /** Seed of the bucket hash: new for every rollout, kept when the same candidate is tried again. */
  readonly seed: number;
  /** Version that gets copies of requests, off the reply path, and how many percent of them. */
  readonly shadow: { readonly version: number; readonly percent: number } | null;
  readonly rules: readonly HeaderRule[];
  readonly unit: UnitSource;
  readonly recording: RecordingSpec | null;
}

/** A latency that counts as slow: more than `millis` from the whole request to the whole answer. */
export interface SlowMark {
  /** `p50`, `p95`, `p99`: the quantile of stable that it was frozen at. */
  readonly name: string;
  readonly millis: number;
}

/** An answer that counts as shifted: its first row's score is beyond `limit`, or its label is `limit`. */
export type ShiftMark =
  | { readonly name: string; readonly kind: 'below' | 'above'; readonly limit: number }
  | { readonly name: string; readonly kind: 'label'; readonly limit: string };

/** What workers note about measured requests, and in which windows. */
export interface RecordingSpec {
  readonly rollout: string;
  /** Names of the arms, by index: `candidate`, `stable`, or those of an experiment. */
  readonly arms: readonly string[];
  readonly stage: number;
  /** Length of a window in milliseconds. */
  readonly window: number;
  /** Milliseconds since the epoch at which window number `first` begins. */
  readonly origin: number;
  readonly first: number;
  /** Whether stable's latencies and answers are still wanted as samples, to freeze the marks from. */
  readonly wantsSamples: boolean;
  readonly slow: readonly SlowMark[];
  readonly shifted: readonly ShiftMark[];
  /** Header by whose value the counts are also kept apart, or null. */
  readonly segment: string | null;
  /** Whether each answer is wanted, to be joined with labels later. */
  readonly wantsAnswers: boolean;
}

export const DEFAULT_UNIT: UnitSource = { header: 'x-unit-id', cookie: null, field: null };

/** The route of an endpoint at rest: one version for everybody. */
export const singleVersionRoute = (
  endpoint: string,
  model: string,
  version: number,
  generation: number,
  unit: UnitSource = DEFAULT_UNIT,
): Route => ({
  endpoint,
  model,
  generation,
  ranges: singleVersionRanges(version),
  seed: 0,
  shadow: null,
  rules: [],
  unit,
  recording: null,
});

/** One version for every unit, not measured. */
export const singleVersionRanges = (version: number): readonly RouteRange[] => [
  { from: 0, to: BUCKETS, version, role: 'stable', arm: null },
];

/** Nested two-ended ranges of a candidate against stable; empty ones are left out. */
export function canaryRanges(candidate: number, stable: number, weight: number): readonly RouteRange[] {
  const control = Math.max(weight, BUCKETS - weight);
  const ranges: readonly RouteRange[] = [
    { from: 0, to: weight, version: candidate, role: 'candidate', arm: 0 },
    { from: weight, to: control, version: stable, role: 'stable', arm: 1 },
    { from: control, to: BUCKETS, version: stable, role: 'control', arm: 1 },
  ];
  return ranges.filter(({ from, to }) => from < to);
}

/** Index of the window that a moment falls into; before the first one, less than `first`. */
export const windowAt = ({ origin, first, window }: RecordingSpec, now: number): number =>
  first + Math.floor((now - origin) / window);

/** What workers follow: versions to have loaded, then routes. */
export interface PlaneSnapshot {
  /** Grows with every publication; an older one is ignored. */
  readonly sequence: number;
  readonly versions: readonly NamedBundle[];
  readonly routes: readonly Route[];
  /** Versions that a snapshot needs which is to come again: what of them is loaded stays. @default {[]} */
  readonly keep?: readonly NamedBundle[];
}

/** An accepted bundle and the name it answers to. */
export interface NamedBundle {
  /** Folder of the bundle. */
  readonly bundle: string;
  readonly model: string;
  readonly version: number;
}
