/** Isotonic regression: the non-decreasing step fit of least squares, joined by straight lines. Pure. */

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
  if (points.x.length === 0) return null;
  const fitted = pooled(points.y, points.weight);
  const knots = points.x.map((_, i) => i).filter((i) => isKnot(fitted, i));
  const knotX = Float64Array.from(knots, (i) => points.x[i]!);
  const knotY = Float64Array.from(knots, (i) => fitted[i]!);
  return { x: knotX, y: knotY, predict: (value) => interpolate(knotX, knotY, value) };
}

/** Points of different x, ascending, each with the weighted mean of its y. */
function distinct(x: ArrayLike<number>, y: ArrayLike<number>, weights: ArrayLike<number> | null) {
  const order: number[] = [];
  for (let i = 0; i < x.length; i++) if (weights === null || weights[i]! > 0) order.push(i);
  order.sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!);
  const points = { x: [] as number[], y: [] as number[], weight: [] as number[] };
  for (let at = 0; at < order.length; ) {
    const start = x[order[at]!]!;
    let weight = 0;
    let sum = 0;
    for (; at < order.length && x[order[at]!]! - start < SAME_X; at++) {
      const w = weights === null ? 1 : weights[order[at]!]!;
      weight += w;
      sum += w * y[order[at]!]!;
    }
    points.x.push(start);
    points.y.push(sum / weight);
    points.weight.push(weight);
  }
  return points;
}

/** The non-decreasing sequence that is nearest to `y`: blocks merge while the one before is not smaller. */
function pooled(y: readonly number[], weight: readonly number[]): Float64Array {
  const sums: number[] = [];
  const weights: number[] = [];
  const ends: number[] = [];
  for (let i = 0; i < y.length; i++) {
    let sum = weight[i]! * y[i]!;
    let total = weight[i]!;
    while (ends.length > 0 && sums.at(-1)! / weights.at(-1)! >= sum / total) {
      sum += sums.pop()!;
      total += weights.pop()!;
      ends.pop();
    }
    sums.push(sum);
    weights.push(total);
    ends.push(i + 1);
  }
  const fitted = new Float64Array(y.length);
  ends.forEach((end, block) => {
    fitted.fill(sums[block]! / weights[block]!, ends[block - 1] ?? 0, end);
  });
  return fitted;
}

const isKnot = (y: Float64Array, i: number): boolean =>
  i === 0 || i === y.length - 1 || y[i] !== y[i - 1] || y[i] !== y[i + 1];

/** As numpy's `interp`. */
function interpolate(x: Float64Array, y: Float64Array, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  const last = x.length - 1;
  if (value <= x[0]! || value >= x[last]!) return value <= x[0]! ? y[0]! : y[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= value) low = middle;
    else high = middle;
  }
  return ((y[high]! - y[low]!) / (x[high]! - x[low]!)) * (value - x[low]!) + y[low]!;
}
