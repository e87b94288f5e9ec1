/**
 * How the values of an output column are distributed: counts that are added up chunk by chunk, in whatever order, to the same
 * sums. Pure.
 */

import { valueOfKey } from '../../core/element-at.ts';
import type { OutputDistribution, OutputDistributions } from './column-distribution.ts';
import { bucketOf, LabelCounts } from './labels.ts';

/** Bins from here on are of numbers with a sign. */
export const SIGN = 2 ** 14;

/** The distribution of all that several were taken of; null of none, or of columns that are not alike. */
export function merged(distributions: readonly OutputDistribution[]): OutputDistribution | null {
  if (distributions.length === 0) return null;
  if (distributions.every((one) => one.kind === 'numbers')) return mergedNumbers(distributions);
  const labels = new LabelCounts();
  for (const one of distributions) {
    if (one.kind === 'numbers') return null;
    if (one.kind === 'buckets') labels.addBuckets(one.counts);
    else for (const [label, count] of one.counts) labels.add(label, count);
  }
  return labels.distribution();
}

function mergedNumbers(
  distributions: readonly Extract<OutputDistribution, { kind: 'numbers' }>[],
): OutputDistribution {
  const counts = new Map<number, number>();
  let nan = 0;
  for (const one of distributions) {
    nan += one.nan;
    for (const [bin, count] of one.bins) counts.set(bin, (counts.get(bin) ?? 0) + count);
  }
  return { kind: 'numbers', nan, bins: [...counts].sort(([a], [b]) => rankOf(a) - rankOf(b)) };
}

/** The place of a bin in the order of values: those with the sign come first, the greatest last. */
const rankOf = (bin: number): number => (bin >= SIGN ? SIGN - bin : bin);

/**
 * How far two distributions are from each other, 0 to 1: of labels half the sum of the differences of their shares (total
 * variation), of numbers the greatest difference of their cumulative shares at a bound of a bin (Kolmogorov–Smirnov), with
 * NaN below all. 1 where one is empty and the other not, or they are of other kinds.
 */
export function distanceOf(a: OutputDistribution, b: OutputDistribution): number {
  const [countA, countB] = [countOf(a), countOf(b)];
  if (countA === 0 || countB === 0) return countA === countB ? 0 : 1;
  if (a.kind === 'numbers' && b.kind === 'numbers') return greatestGap(a, b);
  if (a.kind === 'numbers' || b.kind === 'numbers') return 1;
  return totalVariation(sharesOf(a, b), sharesOf(b, a));
}

const countOf = (one: OutputDistribution): number =>
  one.kind === 'numbers'
    ? one.bins.reduce((sum, [, count]) => sum + count, one.nan)
    : one.counts.reduce((sum, [, count]) => sum + count, 0);

type NumbersOf = Extract<OutputDistribution, { kind: 'numbers' }>;

function greatestGap(a: NumbersOf, b: NumbersOf): number {
  const [totalA, totalB] = [countOf(a), countOf(b)];
  const steps = new Map<number, number>();
  for (const [bin, count] of a.bins) steps.set(bin, count / totalA);
  for (const [bin, count] of b.bins) steps.set(bin, (steps.get(bin) ?? 0) - count / totalB);
  let gap = a.nan / totalA - b.nan / totalB;
  let greatest = Math.abs(gap);
  for (const [, step] of [...steps].sort(([x], [y]) => rankOf(x) - rankOf(y))) {
    gap += step;
    greatest = Math.max(greatest, Math.abs(gap));
  }
  return Math.min(1, greatest);
}

type LabelsOf = Exclude<OutputDistribution, NumbersOf>;

/** Shares by label; by bucket where either of the two has only those. */
function sharesOf(one: LabelsOf, other: LabelsOf): ReadonlyMap<string | number, number> {
  const total = countOf(one);
  const shares = new Map<string | number, number>();
  for (const [label, count] of one.counts) {
    const key = typeof label === 'string' && other.kind === 'buckets' ? bucketOf(label) : label;
    shares.set(key, (shares.get(key) ?? 0) + count / total);
  }
  return shares;
}

function totalVariation(
  a: ReadonlyMap<string | number, number>,
  b: ReadonlyMap<string | number, number>,
): number {
  let sum = 0;
  for (const [key, share] of a) sum += Math.abs(share - (b.get(key) ?? 0));
  for (const [key, share] of b) if (!a.has(key)) sum += share;
  return Math.min(1, sum / 2);
}

/** The distributions of all columns over all chunks; a column that is not in every one of them is left out. */
export function mergedColumns(chunks: readonly OutputDistributions[]): OutputDistributions {
  const [first, ...rest] = chunks;
  const names = Object.keys(first ?? {}).filter((name) => rest.every((one) => Object.hasOwn(one, name)));
  return Object.fromEntries(
    names.flatMap((name) => {
      const whole = merged(chunks.map((one) => valueOfKey(one, name)));
      return whole === null ? [] : [[name, whole]];
    }),
  );
}

/** The column that is furthest from what it was, with its distance; null where the two have none in common. */
export function furthestColumn(
  before: OutputDistributions,
  now: OutputDistributions,
): { readonly column: string; readonly distance: number } | null {
  const shared = Object.keys(now).filter((name) => Object.hasOwn(before, name));
  const distances = shared.map((column) => ({
    column,
    distance: distanceOf(valueOfKey(before, column), valueOfKey(now, column)),
  }));
  return distances.reduce<(typeof distances)[number] | null>(
    (worst, one) => (worst === null || one.distance > worst.distance ? one : worst),
    null,
  );
}
