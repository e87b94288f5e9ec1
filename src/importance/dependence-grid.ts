import type { ColumnValues } from '../model/batch.ts';
import { sorted } from '../statistics/sample-distances.ts';

/** A value of a column; null is none. */
export type GridValue = number | string | null;

/** Quantiles between which the points of a column of many numbers lie. */
const [LOW, HIGH] = [0.05, 0.95];
/** Quantiles as near as this are one: numpy's `allclose`. */
const RELATIVE = 1e-5;
const ABSOLUTE = 1e-8;
/** Categories of a column at most: the most frequent ones. */
const MOST_CATEGORIES = 100;

/**
 * The values at which a column is asked about, as scikit-learn chooses them: all values of a column that has fewer than `points`, or
 * whose values are categories; else so many points in even steps from its quantile of 5 % to that of 95 %, or from end to end where
 * those are one. Rows without a value are left out of quantiles, and are a point of their own, the last, of a column of few values; no curve goes to infinity.
 */
export function dependenceGrid(
  cells: ColumnValues,
  points: number,
  isCategory: boolean,
): readonly GridValue[] {
  if (!(cells instanceof Float64Array)) return frequentValues(cells);
  const present = sorted(cells.filter(Number.isFinite));
  const missing = cells.some(Number.isNaN) ? [null] : [];
  const unique = present.filter((value, k) => k === 0 || value !== present[k - 1]);
  if (isCategory && unique.length > MOST_CATEGORIES) return frequentValues(Array.from(cells));
  if (isCategory || unique.length + missing.length < points) return [...unique, ...missing];
  const [low, high] = [quantile(present, LOW), quantile(present, HIGH)];
  const isOne = Math.abs(low - high) <= ABSOLUTE + RELATIVE * Math.abs(high);
  return isOne ? evenSteps(present[0] ?? 0, present.at(-1) ?? 0, points) : evenSteps(low, high, points);
}

/** The most frequent values, ascending; none at all comes last. */
function frequentValues<T extends GridValue>(cells: readonly T[]): readonly (T | null)[] {
  const counts = new Map<T | null, number>();
  for (const cell of cells) {
    const value = typeof cell === 'number' && Number.isNaN(cell) ? null : cell;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const frequent = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, MOST_CATEGORIES);
  const values = frequent.map(([value]) => value);
  const known = values.filter((value) => value !== null);
  return [
    ...known.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    ...(known.length < values.length ? [null] : []),
  ];
}

/** The quantile that scipy's `mquantiles` takes: α = β = 0.4 (Cunnane), between the values that are next to it. */
function quantile(ascending: Float64Array, p: number): number {
  const n = ascending.length;
  const place = n * p + 0.4 + p * (1 - 0.4 - 0.4);
  const below = Math.floor(Math.min(Math.max(place, 1), n - 1));
  const share = Math.min(Math.max(place - below, 0), 1);
  const [low = Number.NaN, high = low] = ascending.subarray(below - 1, below + 1);
  return (1 - share) * low + share * high;
}

/** numpy's `linspace`, ends included. */
function evenSteps(low: number, high: number, points: number): readonly number[] {
  const step = (high - low) / (points - 1);
  return Array.from({ length: points }, (_, k) => (k === points - 1 ? high : low + k * step));
}
