/**
 * NannyML's methods for continuous columns: each is fitted to the reference once and then judges any chunk. Missing
 * values are dropped, infinite ones are not. Pure.
 */
import { elementAt } from '../../../core/element-at.ts';
import { zipWith } from '../../../core/vector.ts';
import { binEdges, histogram, spaced } from '../../../statistics/bin-edges.ts';
import { jensenShannon } from '../../../statistics/divergences.ts';
import { kolmogorovSmirnovDistance, sorted, wasserstein } from '../../../statistics/sample-distances.ts';
import { presentNumbers } from '../sample-column.ts';

/** The method's value for a chunk; NaN where the chunk has no value. */
export type FittedMethod<V> = (chunk: V) => number;

/** From so many rows of the reference on, distribution functions are compared on bins. */
const EXACT_BELOW = 10_000;
const ESTIMATE_BINS = 10_000;

/** Null where the reference has infinite values, over which no bins can be laid. */
export function fitShares(
  reference: Float64Array,
  distance: (p: readonly number[], q: readonly number[]) => number,
): FittedMethod<Float64Array> | null {
  if (!reference.every(Number.isFinite)) return null;
  const edges = binEdges(reference, 'doane');
  const expected = [...histogram(reference, edges)].map((count) => count / reference.length);
  return (chunk) => {
    const values = presentNumbers(chunk);
    if (values.length === 0) return Number.NaN;
    const counts = [...histogram(values, edges)];
    const outside = values.length - counts.reduce((sum, count) => sum + count, 0);
    const shares = counts.map((count) => count / values.length);
    return outside > 0
      ? distance([...expected, 0], [...shares, outside / values.length])
      : distance(expected, shares);
  };
}

export const jensenShannonBits = (p: readonly number[], q: readonly number[]): number =>
  jensenShannon(p, q, 2);

/** Kolmogorov and Smirnov's D alone, without a p-value. */
export function fitKolmogorovSmirnov(reference: Float64Array): FittedMethod<Float64Array> | null {
  const known = sorted(reference);
  if (known.length < EXACT_BELOW) return onValues((chunk) => kolmogorovSmirnovDistance(known, sorted(chunk)));
  if (!reference.every(Number.isFinite)) return null;
  const { low, high } = rangeOf(known);
  const edges = spaced(low, high, ESTIMATE_BINS);
  const least = elementAt(edges, 0);
  const expected = cumulated(histogram(known, edges), known.length);
  return onValues((chunk) => {
    const below = chunk.reduce((count, value) => count + (value < least ? 1 : 0), 0) / chunk.length;
    const shares = cumulated(histogram(chunk, edges), chunk.length);
    const gaps = zipWith(expected, shares, (then, now) => Math.abs(then - below - now));
    return gaps.reduce((most, gap) => Math.max(most, gap), 0);
  });
}

/** Wasserstein's distance in units of the column. */
export function fitWasserstein(reference: Float64Array): FittedMethod<Float64Array> | null {
  const known = sorted(reference);
  if (known.length < EXACT_BELOW) return onValues((chunk) => wasserstein(known, sorted(chunk)));
  if (!reference.every(Number.isFinite)) return null;
  const { low, high } = rangeOf(known);
  const edges =
    low === high ? spaced(low - 0.5, high + 0.5, ESTIMATE_BINS) : spaced(low, high, ESTIMATE_BINS);
  const bounds = rangeOf(edges);
  const width = elementAt(edges, 1) - bounds.low;
  const expected = cumulated(histogram(known, edges), known.length);
  return onValues((chunk) => {
    const values = sorted(chunk);
    const below = beyond(values, bounds.low, 'below');
    const above = beyond(values, bounds.high, 'above');
    const shares = cumulated(histogram(values, edges), values.length);
    const areas = zipWith(expected, shares, (then, now) => Math.abs(then - now - below.mass) * width);
    return areas.reduce((sum, area) => sum + area, 0) + below.distance + above.distance;
  });
}

/** Of ascending values. */
const rangeOf = (values: ArrayLike<number>): { readonly low: number; readonly high: number } => ({
  low: elementAt(values, 0),
  high: elementAt(values, values.length - 1),
});

const onValues =
  (distance: (values: Float64Array) => number): FittedMethod<Float64Array> =>
  (chunk) => {
    const values = presentNumbers(chunk);
    return values.length === 0 ? Number.NaN : distance(values);
  };

function cumulated(counts: Float64Array, total: number): Float64Array {
  let sum = 0;
  return counts.map((count) => {
    sum += count / total;
    return sum;
  });
}

/**
 * How far the values beyond an edge of the bins lie from it, and what share of the chunk they are taken for: one more than
 * there are, because NannyML counts the edge with them.
 */
function beyond(values: Float64Array, edge: number, side: 'below' | 'above') {
  const outside = values.filter((value) => (side === 'below' ? value < edge : value > edge));
  if (outside.length === 0) return { mass: 0, distance: 0 };
  const mass = (outside.length + 1) / values.length;
  const distance = outside.reduce((sum, value) => sum + Math.abs(value - edge), 0) / (outside.length + 1);
  return { mass, distance: distance * mass };
}
