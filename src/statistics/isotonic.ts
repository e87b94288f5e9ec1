/** Isotonic regression: the non-decreasing step fit of least squares, joined by straight lines. Pure. */

import { elementAt } from '../core/element-at.ts';
import { take } from '../core/vector.ts';

export interface IsotonicRegression {
  /** Knots, ascending, without those that a straight line through their neighbours makes needless. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The fit at a place: linear between knots, constant beyond the outermost; NaN for NaN. */
  predict(value: number): number;
}

/** Values of x closer than this are one, as scikit-learn takes them (the resolution of float64). */
const SAME_X = 1e-15;

/**
 * Fits y ≈ f(x), f non-decreasing, by pooling adjacent violators; equal x are averaged first (de Leeuw's secondary
 * method). Rows of weight 0 do not count. `x`, `y` and `weights` are equally long and without NaN; null: nothing to fit.
 */
export function isotonicFit(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weights: ArrayLike<number> | null = null,
): IsotonicRegression | null {
  const points = distinct(x, y, weights);
  if (points.length === 0) return null;
  const fitted = pooled(points);
  const isKnot = (i: number): boolean =>
    i === 0 || i === fitted.length - 1 || fitted[i] !== fitted[i - 1] || fitted[i] !== fitted[i + 1];
  const knots: number[] = [];
  for (let i = 0; i < fitted.length; i++) if (isKnot(i)) knots.push(i);
  const knotX = Float64Array.from(knots, (i) => elementAt(points, i).x);
  const knotY = take(fitted, knots);
  return { x: knotX, y: knotY, predict: (value) => interpolate(knotX, knotY, value) };
}

interface WeightedPoint {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

/** Points of different x, ascending, each with the weighted mean of its y. */
function distinct(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weights: ArrayLike<number> | null,
): readonly WeightedPoint[] {
  const rows: WeightedPoint[] = [];
  for (let i = 0; i < x.length; i++) {
    const weight = weights === null ? 1 : weights[i]!;
    if (weights === null || weight > 0) rows.push({ x: x[i]!, y: y[i]!, weight });
  }
  rows.sort((a, b) => a.x - b.x || a.y - b.y);
  const sums: { readonly x: number; sum: number; weight: number }[] = [];
  for (const row of rows) {
    let last = sums.at(-1);
    if (last === undefined || !(row.x - last.x < SAME_X)) {
      last = { x: row.x, sum: 0, weight: 0 };
      sums.push(last);
    }
    last.weight += row.weight;
    last.sum += row.weight * row.y;
  }
  return sums.map(({ x: value, sum, weight }) => ({ x: value, y: sum / weight, weight }));
}

/** The non-decreasing sequence that is nearest to the points: blocks merge while the one before is not smaller. */
function pooled(points: readonly WeightedPoint[]): Float64Array {
  const blocks: { sum: number; weight: number; size: number }[] = [];
  for (const { y, weight } of points) {
    const block = { sum: weight * y, weight, size: 1 };
    let before = blocks.at(-1);
    while (before !== undefined && before.sum / before.weight >= block.sum / block.weight) {
      block.sum += before.sum;
      block.weight += before.weight;
      block.size += before.size;
      blocks.pop();
      before = blocks.at(-1);
    }
    blocks.push(block);
  }
  const fitted = new Float64Array(points.length);
  let start = 0;
  for (const { sum, weight, size } of blocks) {
    fitted.fill(sum / weight, start, start + size);
    start += size;
  }
  return fitted;
}

/** The value at a place by straight lines between knots, constant beyond the outermost; numpy's `interp`. NaN for NaN. */
export function interpolate(x: ArrayLike<number>, y: ArrayLike<number>, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= value) low = middle;
    else high = middle;
  }
  const [left, right] = [x[low]!, x[high]!];
  const [start, end] = [y[low]!, y[high]!];
  // Before the first knot, or beyond the last.
  if (value <= left) return start;
  if (value >= right) return end;
  return ((end - start) / (right - left)) * (value - left) + start;
}
