/**
 * What the quality of rows was within a tick, beside what its bins tell: plain and small, and sums add up. Runs and repetitions
 * go on from one block to the next of the same replica, so that they are counted here and not where ticks are read. Pure.
 */

import type { CapturedBlock } from '../../capture/block.ts';
import { elementAt } from '../../core/element-at.ts';
import { emptyQualityState, type QualityState } from '../quality/quality-state.ts';
import { QualityWatch } from '../quality/quality-watch.ts';
import { NO_ROW_TIMES } from '../quality/row-times.ts';
import { isFrozen } from '../quality/violations.ts';
import type { BinnedRows, ProfiledColumns } from '../reference/bin-counter.ts';
import {
  BIN,
  type FeatureProfile,
  type ReferenceProfile,
  type ValueColumn,
} from '../reference/reference-profile.ts';

export interface QualityTick {
  /** Of features of which there is something to say, by number in the profile. */
  readonly features: readonly FeatureTick[];
  /** Share of rows that repeat one before, and the rows that it is of. */
  readonly repeated: readonly [share: number, rows: number];
  readonly clock: readonly [rows: number, backwards: number, future: number];
  /** Rows without a column that the reference has, and rows with one that it has not, by name. */
  readonly missing: Readonly<Record<string, number>>;
  readonly extra: Readonly<Record<string, number>>;
}

/** Rows of another type, rows far beyond the range, and the longest run that is no chance, with its value. */
export type FeatureTick = readonly [
  feature: number,
  misfits: number,
  far: number,
  run: number,
  of: number | string | null,
];

export const NO_QUALITY: QualityTick = {
  features: [],
  repeated: [0, 0],
  clock: [0, 0, 0],
  missing: {},
  extra: {},
};

/** The least that a policy calls frozen. */
const RUN_MIN = 10;
/** Of a text that is repeated, so much is kept. */
const VALUE_MAX = 100;
/** Limits say nothing about what is counted. */
const LIMITS = { violations: 0, frozenRows: RUN_MIN, duplicates: 0 };

export interface QualityRows {
  /** Tells streams apart whose rows follow one another. */
  readonly stream: string;
  readonly profile: ReferenceProfile;
  readonly block: CapturedBlock;
  readonly features: ProfiledColumns;
  readonly bins: BinnedRows;
  /** Columns of which no value is to be shown. */
  readonly hidden: ReadonlySet<string>;
  readonly now: number;
}

export class QualityCounter {
  readonly #states: Map<string, QualityState>;
  readonly #pending = new Map<string, QualityState>();

  /** `states`: where streams stood before. */
  constructor(states: Iterable<readonly [string, QualityState]> = []) {
    this.#states = new Map(states);
  }

  /** Where each stream stands, as far as it was taken in; the one that was counted last is last. */
  get states(): ReadonlyMap<string, QualityState> {
    return this.#states;
  }

  /** Counts the rows of a block, which follow those of the one before. They are part of what follows once `keep` was called. */
  count({ stream, profile, block, features, bins, hidden, now }: QualityRows): QualityTick {
    const before =
      this.#pending.get(stream) ?? this.#states.get(stream) ?? emptyQualityState(profile.features.length);
    const watch = new QualityWatch(profile, LIMITS, continued(before));
    const misfits = profile.features.map((feature, j) => misfitsOf(feature, elementAt(features, j), bins, j));
    const { rows, meta } = block;
    watch.add({ from: before.rows, rows, features, bins, misfits, times: meta.at, now });
    const state = watch.state();
    this.#pending.set(stream, state);
    const { repeated, clock } = state;
    return {
      features: profile.features.flatMap((feature, j) => featureTick(feature, j, state, hidden)),
      repeated: [repeated.share, repeated.rows],
      clock: [clock.rows, clock.backwards, clock.future],
      ...columnsOf(profile, block, hidden),
    };
  }

  /** What was counted since the last time is taken in. */
  keep(): void {
    for (const [stream, state] of this.#pending) {
      this.#states.delete(stream);
      this.#states.set(stream, state);
    }
    this.#pending.clear();
  }

  /** It is not, and is counted again: it must not be taken for a repetition of itself. */
  drop(): void {
    this.#pending.clear();
  }
}

/** Runs and repetitions go on; all else begins anew. */
function continued(before: QualityState): QualityState {
  const none = emptyQualityState(before.features.length);
  return {
    ...before,
    features: none.features.map((feature, j) => ({
      ...feature,
      run: { ...elementAt(before.features, j).run, longest: 0 },
    })),
    repeated: none.repeated,
    clock: { ...NO_ROW_TIMES, latest: before.clock.latest },
  };
}

/** A text in a column of numbers that says none. */
function misfitsOf(
  { type }: FeatureProfile,
  column: ValueColumn | null,
  bins: BinnedRows,
  j: number,
): Uint8Array | null {
  if (type !== 'number' || column?.kind !== 'category') return null;
  const own = bins.featureBins(j);
  return Uint8Array.from(column.values, (value, i) => (value !== null && own[i] === BIN.null ? 1 : 0));
}

function featureTick(
  feature: FeatureProfile,
  j: number,
  state: QualityState,
  hidden: ReadonlySet<string>,
): FeatureTick[] {
  const found = elementAt(state.features, j);
  const { misfits, far, run } = found;
  const length = run.longest >= RUN_MIN && isFrozen(feature, found, LIMITS) ? run.longest : 0;
  if (misfits + far + length === 0) return [];
  const value = typeof run.of === 'string' ? run.of.slice(0, VALUE_MAX) : run.of;
  return [[j, misfits, far, length, length === 0 || hidden.has(feature.name) ? null : value]];
}

function columnsOf(
  { features }: ReferenceProfile,
  { inputs, rows }: CapturedBlock,
  hidden: ReadonlySet<string>,
): Pick<QualityTick, 'missing' | 'extra'> {
  const [there, wanted] = [namesOf(inputs), namesOf(features)];
  const without = (names: ReadonlySet<string>, others: ReadonlySet<string>): Record<string, number> =>
    Object.fromEntries(
      [...names].filter((name) => !others.has(name) && !hidden.has(name)).map((name) => [name, rows]),
    );
  return { missing: without(wanted, there), extra: without(there, wanted) };
}

const namesOf = (columns: readonly { readonly name: string }[]): ReadonlySet<string> =>
  new Set(columns.map(({ name }) => name));

/** The sum of two of the same profile. */
export function addQuality(a: QualityTick, b: QualityTick): QualityTick {
  const features = new Map<number, FeatureTick>(a.features.map((one) => [one[0], one]));
  for (const one of b.features) {
    const before = features.get(one[0]);
    features.set(one[0], before === undefined ? one : addFeature(before, one));
  }
  return {
    features: [...features.values()],
    repeated: surer(a.repeated, b.repeated),
    clock: [a.clock[0] + b.clock[0], a.clock[1] + b.clock[1], a.clock[2] + b.clock[2]],
    missing: addByName(a.missing, b.missing),
    extra: addByName(a.extra, b.extra),
  };
}

function addFeature(a: FeatureTick, b: FeatureTick): FeatureTick {
  const [, , , run, of] = a[3] >= b[3] ? a : b;
  return [a[0], a[1] + b[1], a[2] + b[2], run, of];
}

/** Of two shares the one that is more for certain: less two standard deviations of a fair coin. */
const surer = (a: QualityTick['repeated'], b: QualityTick['repeated']): QualityTick['repeated'] =>
  a[0] - 1 / Math.sqrt(Math.max(1, a[1])) >= b[0] - 1 / Math.sqrt(Math.max(1, b[1])) ? a : b;

function addByName(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sums = new Map(Object.entries(a));
  for (const [name, rows] of Object.entries(b)) sums.set(name, (sums.get(name) ?? 0) + rows);
  return Object.fromEntries(sums);
}
