import type { Metric } from '../../../model/neighbors.ts';

/**
 * A metric over rows of flat arrays. `reduced` ranks points as the distance does and is cheaper (a sum of powers before
 * its root), summed column by column as the library sums it (`metrics/_dist_metrics.pyx`).
 */
export interface PreparedMetric {
  reduced(x: Float64Array, xAt: number, y: Float64Array, yAt: number, length: number): number;
  toDistance(reduced: number): number;
  toReduced(distance: number): number;
  /** Power of the coordinates in `reduced`, of boxes. */
  readonly p: number;
  /** Whether `reduced` is Σ (x - y)². */
  readonly isSquares?: true;
}

type Reduced = PreparedMetric['reduced'];
const same = (value: number): number => value;
const squared = (value: number): number => value * value;
const PLAIN = { toDistance: same, toReduced: same, p: 1 };
const ROOTED = { toDistance: Math.sqrt, toReduced: squared, p: 2 };

/** Makes a metric ready. */
export function prepareMetric(metric: Metric): PreparedMetric {
  switch (metric.kind) {
    case 'minkowski':
      return minkowski(metric.p, metric.weights, metric.squared ?? false);
    case 'scaled':
      return { ...ROOTED, reduced: scaledSquares(metric.variances) };
    case 'cosine':
      return { ...PLAIN, reduced: cosine };
    case 'canberra':
      return { ...PLAIN, reduced: canberra };
    case 'hamming':
      return { ...PLAIN, reduced: hamming };
  }
}

function minkowski(p: number, weights: Float64Array | null, isSquared: boolean): PreparedMetric {
  if (weights === null && p === 2)
    return { ...(isSquared ? { ...PLAIN, p } : ROOTED), reduced: squares, isSquares: true };
  if (weights === null && p === 1) return { ...PLAIN, reduced: absolutes };
  if (p === Infinity) return { ...PLAIN, p, reduced: weights === null ? largest : weighedLargest(weights) };
  return {
    p,
    reduced: weights === null ? powers(p) : weighedPowers(p, weights),
    toDistance: (reduced) => reduced ** (1 / p),
    toReduced: (distance) => distance ** p,
  };
}

const squares: Reduced = (x, xAt, y, yAt, length) => {
  let sum = 0;
  for (let k = 0; k < length; k++) {
    const d = x[xAt + k]! - y[yAt + k]!;
    sum += d * d;
  }
  return sum;
};

const absolutes: Reduced = (x, xAt, y, yAt, length) => {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += Math.abs(x[xAt + k]! - y[yAt + k]!);
  return sum;
};

const largest: Reduced = (x, xAt, y, yAt, length) => {
  let most = 0;
  for (let k = 0; k < length; k++) most = Math.max(most, Math.abs(x[xAt + k]! - y[yAt + k]!));
  return most;
};

const powers =
  (p: number): Reduced =>
  (x, xAt, y, yAt, length) => {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += Math.abs(x[xAt + k]! - y[yAt + k]!) ** p;
    return sum;
  };

const weighedPowers =
  (p: number, w: Float64Array): Reduced =>
  (x, xAt, y, yAt, length) => {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += w[k]! * Math.abs(x[xAt + k]! - y[yAt + k]!) ** p;
    return sum;
  };

/** Columns of weight 0 do not count (`scipy.spatial.distance.chebyshev`). */
const weighedLargest =
  (w: Float64Array): Reduced =>
  (x, xAt, y, yAt, length) => {
    let most = 0;
    for (let k = 0; k < length; k++)
      if (w[k]! > 0) most = Math.max(most, Math.abs(x[xAt + k]! - y[yAt + k]!));
    return most;
  };

const scaledSquares =
  (v: Float64Array): Reduced =>
  (x, xAt, y, yAt, length) => {
    let sum = 0;
    for (let k = 0; k < length; k++) {
      const d = x[xAt + k]! - y[yAt + k]!;
      sum += (d * d) / v[k]!;
    }
    return sum;
  };

const cosine: Reduced = (x, xAt, y, yAt, length) => {
  let [dot, xx, yy] = [0, 0, 0];
  for (let k = 0; k < length; k++) {
    const [a, b] = [x[xAt + k]!, y[yAt + k]!];
    dot += a * b;
    xx += a * a;
    yy += b * b;
  }
  // `normalize` divides rows of norm 0 by 1.
  const cos = dot / ((Math.sqrt(xx) || 1) * (Math.sqrt(yy) || 1));
  return Math.min(2, Math.max(0, 1 - cos));
};

const canberra: Reduced = (x, xAt, y, yAt, length) => {
  let sum = 0;
  for (let k = 0; k < length; k++) {
    const [a, b] = [x[xAt + k]!, y[yAt + k]!];
    const size = Math.abs(a) + Math.abs(b);
    if (size > 0) sum += Math.abs(a - b) / size;
  }
  return sum;
};

const hamming: Reduced = (x, xAt, y, yAt, length) => {
  let differing = 0;
  for (let k = 0; k < length; k++) if (x[xAt + k] !== y[yAt + k]) differing++;
  return differing / length;
};
