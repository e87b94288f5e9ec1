/** Streams with known drift, for tests: profiles by order statistics, values counted into bins one by one. */
import type { Random } from '../../../core/ports.ts';
import {
  BIN,
  type FeatureProfile,
  FIRST_REGULAR_BIN,
  type ReferenceProfile,
} from '../../reference/reference-profile.ts';
import { DRIFT_DEFAULTS, type DriftOptions } from '../drift-finding.ts';
import { type DriftEvent, DriftWatch } from '../drift-watch.ts';

/** A standard normal value (Box and Muller). */
export const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

export type Draw<T> = (random: Random, row: number) => T;

const listOf = <T>(draw: Draw<T>, random: Random, rows: number): T[] =>
  Array.from({ length: rows }, (_, row) => draw(random, row));

/** The profile of a numeric reference, by quantiles. */
export function numericFeature(name: string, values: readonly number[], bins = 10): FeatureProfile {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  const inner = Array.from(
    { length: bins - 1 },
    (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / bins) - 1]!,
  );
  const feature: FeatureProfile = {
    name,
    type: 'number',
    bins: { kind: 'quantiles', edges: inner, low: sorted[0]!, high: sorted.at(-1)! },
    sentinels: [],
    counts: new Array<number>(FIRST_REGULAR_BIN + bins).fill(0),
    dependence: 1,
    singletons: 0,
  };
  return { ...feature, counts: [...featureCountsOf(feature, values)] };
}

/** The profile of a categorical reference. */
export function categoricalFeature(name: string, values: readonly (string | null)[]): FeatureProfile {
  const times = Map.groupBy(
    values.filter((value) => value !== null),
    (value) => value,
  );
  const feature: FeatureProfile = {
    name,
    type: 'category',
    bins: { kind: 'categories', values: [...times.keys()], rest: null },
    sentinels: [],
    counts: new Array<number>(FIRST_REGULAR_BIN + times.size).fill(0),
    dependence: 1,
    singletons: [...times.values()].filter(({ length }) => length === 1).length,
  };
  return { ...feature, counts: [...featureCountsOf(feature, values)] };
}

export function featureCountsOf(
  feature: FeatureProfile,
  values: readonly (number | string | null)[],
): Float64Array {
  const counts = new Float64Array(feature.counts.length);
  for (const value of values) counts[binOf(feature, value)]! += 1;
  return counts;
}

function binOf({ bins }: FeatureProfile, value: number | string | null): number {
  if (value === null) return BIN.null;
  if (bins.kind === 'categories') {
    const at = bins.values.indexOf(String(value));
    return at < 0 ? BIN.unseen : FIRST_REGULAR_BIN + at;
  }
  const number = value as number;
  if (bins.kind !== 'quantiles' || Number.isNaN(number)) return BIN.nan;
  if (number === Infinity) return BIN.positiveInfinity;
  if (number === -Infinity) return BIN.negativeInfinity;
  if (number < bins.low) return BIN.below;
  if (number > bins.high) return BIN.above;
  return FIRST_REGULAR_BIN + bins.edges.filter((edge) => edge < number).length;
}

export interface DriftReport extends DriftEvent {
  /** Index of the last row of the block with which it was told. */
  readonly row: number;
}

/** Has a watch see `rows` rows of each feature in blocks, and answers what it tells. */
export function watched(
  features: readonly FeatureProfile[],
  draws: readonly Draw<number | string | null>[],
  {
    random,
    rows,
    block = 64,
    options = DRIFT_DEFAULTS,
  }: {
    readonly random: Random;
    readonly rows: number;
    readonly block?: number;
    readonly options?: DriftOptions;
  },
): readonly DriftReport[] {
  const watch = new DriftWatch(profileOf(features), options);
  const told: DriftReport[] = [];
  for (let row = 0; row < rows; row += block) {
    const counts = features.map((feature, f) =>
      featureCountsOf(
        feature,
        listOf((source, k) => draws[f]!(source, row + k), random, block),
      ),
    );
    for (const event of watch.add({ rows: block, features: counts, outputs: [], joint: [] }))
      told.push({ ...event, row: row + block - 1 });
  }
  return told;
}

export const profileOf = (features: readonly FeatureProfile[]): ReferenceProfile => ({
  schema: 1,
  rows: features[0]!.counts.reduce((sum, count) => sum + count, 0),
  source: 'file',
  features,
  outputs: [],
  joint: null,
});

/** `rows` values of a draw, as a reference. */
export const drawn = <T>(draw: Draw<T>, random: Random, rows: number): readonly T[] =>
  listOf(draw, random, rows);
