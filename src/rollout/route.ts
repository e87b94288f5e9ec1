/**
 * Where the requests of an endpoint go: one numbered snapshot that is replaced as a whole, followed by every worker and
 * replica alike. Pure.
 */
import type { Static } from 'typebox';
import {
  anyInteger,
  anyNumber,
  anyText,
  choice,
  either,
  flag,
  list,
  nullable,
  shape,
} from '../schema/value-schema.ts';
import { BUCKETS } from './canary-split.ts';

const ROLE = choice(['stable', 'candidate', 'control', 'shadow', 'arm']);
export type RouteRole = Static<typeof ROLE>;

const RANGE = shape({
  from: anyInteger,
  to: anyInteger,
  version: anyInteger,
  role: ROLE,
  /** Index into `RecordingSpec.arms`, or null where nothing is measured. */
  arm: nullable(anyInteger),
});
/** Units whose bucket is in [from, to) get this version. */
export type RouteRange = Static<typeof RANGE>;

const RULE = shape({
  /** Lower case. */
  header: anyText,
  values: list(anyText),
  version: anyInteger,
});
/** Requests that carry this header get this version, whatever their bucket; they are not measured. */
export type HeaderRule = Static<typeof RULE>;

const UNIT = shape({
  /** Lower case. */
  header: anyText,
  cookie: nullable(anyText),
  /** Key at the top of a JSON body. */
  field: nullable(anyText),
});
/** Where the id of a unit is found; the first that is there counts. Without any, the request is the unit. */
export type UnitSource = Static<typeof UNIT>;

const SLOW_MARK = shape({
  /** `p50`, `p95`, `p99`: the quantile of stable that it was frozen at. */
  name: anyText,
  millis: anyNumber,
});
/** A latency that counts as slow: more than `millis` from the whole request to the whole answer. */
export type SlowMark = Static<typeof SLOW_MARK>;

const SHIFT_MARK = either(
  shape({ name: anyText, kind: choice(['below', 'above']), limit: anyNumber }),
  shape({ name: anyText, kind: choice(['label']), limit: anyText }),
);
/** An answer that counts as shifted: its first row's score is beyond `limit`, or its label is `limit`. */
export type ShiftMark = Static<typeof SHIFT_MARK>;

const RECORDING = shape({
  rollout: anyText,
  /** Names of the arms, by index: `candidate`, `stable`, or those of an experiment. */
  arms: list(anyText),
  stage: anyInteger,
  /** Length of a window in milliseconds. */
  window: anyNumber,
  /** Milliseconds since the epoch at which window number `first` begins. */
  origin: anyNumber,
  first: anyInteger,
  /** Whether stable's latencies and answers are still wanted as samples, to freeze the marks from. */
  wantsSamples: flag,
  slow: list(SLOW_MARK),
  shifted: list(SHIFT_MARK),
  /** Header by whose value the counts are also kept apart, or null. */
  segment: nullable(anyText),
  /** Whether each answer is wanted, to be joined with labels later. */
  wantsAnswers: flag,
});
/** What workers note about measured requests, and in which windows. */
export type RecordingSpec = Static<typeof RECORDING>;

export const ROUTE = shape({
  endpoint: anyText,
  model: anyText,
  /** Grows by one with every change. */
  generation: anyInteger,
  /** Covers 0 to BUCKETS without gaps, in order. */
  ranges: list(RANGE),
  /** Seed of the bucket hash: new for every rollout, kept when the same candidate is tried again. */
  seed: anyInteger,
  /** Version that gets copies of requests, off the reply path, and how many percent of them. */
  shadow: nullable(shape({ version: anyInteger, percent: anyNumber })),
  rules: list(RULE),
  unit: UNIT,
  recording: nullable(RECORDING),
});
export type Route = Static<typeof ROUTE>;

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
