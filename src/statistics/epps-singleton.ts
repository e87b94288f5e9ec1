/** The Epps–Singleton test: do two samples have one characteristic function? Pure. */
import { elementAt } from '../core/element-at.ts';
import { chiSquareTail } from './gamma.ts';
import type { TestResult } from './kolmogorov-smirnov.ts';
import { mean, sum } from './sum.ts';

/** Where the functions are compared, in units of the pooled semi-interquartile range (Epps and Singleton, 1986). */
const POINTS = [0.4, 0.8] as const;

/** Singular values below this share of the greatest are taken as 0: numpy's `pinv`. */
const RANK_MIN = 1e-15;

/** Smaller samples get a correction. */
const SMALL = 25;

/** Two samples of at least five values each; null where half of the pooled values are equal. */
export function eppsSingleton(x: Float64Array, y: Float64Array): TestResult | null {
  const scale = interquartileRange(x, y) / 2;
  if (scale === 0) return null;
  const [m, n] = [x.length, y.length];
  const total = m + n;
  const [a, b] = [moments(x, scale), moments(y, scale)];
  const covariance = a.covariance.map((row, i) =>
    row.map((value, j) => (total / m) * value + (total / n) * elementAt(elementAt(b.covariance, i), j)),
  );
  const difference = a.means.map((value, i) => value - elementAt(b.means, i));
  const { form, rank } = inverseForm(covariance, difference, rankOf(x, y));
  const correction = Math.max(m, n) < SMALL ? 1 / (1 + total ** -0.45 + 10.1 * (m ** -1.7 + n ** -1.7)) : 1;
  const statistic = total * form * correction;
  return { statistic, p: chiSquareTail(statistic, rank) };
}

function interquartileRange(x: Float64Array, y: Float64Array): number {
  const pooled = new Float64Array(x.length + y.length);
  pooled.set(x);
  pooled.set(y, x.length);
  pooled.sort();
  const at = (share: number): number => {
    const place = share * (pooled.length - 1);
    const low = Math.floor(place);
    const next = elementAt(pooled, Math.min(low + 1, pooled.length - 1));
    return elementAt(pooled, low) + (next - elementAt(pooled, low)) * (place - low);
  };
  return at(0.75) - at(0.25);
}

/** Means and (biased) covariance of cos and sin at the points. */
function moments(values: Float64Array, scale: number) {
  const parts = [
    ...POINTS.map((point) => values.map((value) => Math.cos((point / scale) * value))),
    ...POINTS.map((point) => values.map((value) => Math.sin((point / scale) * value))),
  ];
  const means = parts.map((part) => mean(part));
  const centered = parts.map((part, i) => part.map((value) => value - elementAt(means, i)));
  const covariance = centered.map((left) =>
    centered.map((right) => sum(left.map((value, i) => value * elementAt(right, i))) / values.length),
  );
  return { means, covariance };
}

/**
 * The rank of the covariance at most: of k different values it is k − 1. Its other eigenvalues are what rounding left, which
 * scipy takes for more now and then.
 */
function rankOf(x: Float64Array, y: Float64Array): number {
  const seen = new Set<number>();
  for (const values of [x, y]) {
    for (const value of values) {
      seen.add(value);
      if (seen.size > 2 * POINTS.length) return 2 * POINTS.length;
    }
  }
  return seen.size - 1;
}

/** dᵀ C⁺ d and the rank of C, symmetric and of `most` at most, by its eigenvectors. */
function inverseForm(
  covariance: readonly (readonly number[])[],
  difference: readonly number[],
  most: number,
) {
  const { values, vectors } = eigen(covariance);
  const order = values
    .map((_, k) => k)
    .sort((a, b) => Math.abs(elementAt(values, b)) - Math.abs(elementAt(values, a)));
  const greatest = Math.abs(elementAt(values, elementAt(order, 0)));
  let form = 0;
  let rank = 0;
  order.slice(0, most).forEach((k) => {
    const value = elementAt(values, k);
    if (Math.abs(value) <= RANK_MIN * greatest) return;
    rank++;
    form += sum(difference.map((d, i) => d * elementAt(elementAt(vectors, i), k))) ** 2 / value;
  });
  return { form, rank };
}

/** Eigenvalues and (columns of) eigenvectors of a symmetric matrix, by Jacobi's rotations. */
function eigen(matrix: readonly (readonly number[])[]) {
  const a = matrix.map((row) => [...row]);
  const size = a.length;
  const vectors = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        off += Math.abs(elementAt(elementAt(a, p), q));
        if (elementAt(a, p)[q] !== 0) rotate(a, vectors, p, q);
      }
    }
    if (off === 0) break;
  }
  return { values: a.map((row, i) => elementAt(row, i)), vectors };
}

/** Makes a[p][q] zero. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const theta =
    (elementAt(elementAt(a, q), q) - elementAt(elementAt(a, p), p)) / (2 * elementAt(elementAt(a, p), q));
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of [...a, ...vectors]) {
    const [left, right] = [elementAt(row, p), elementAt(row, q)];
    row[p] = c * left - s * right;
    row[q] = s * left + c * right;
  }
  const [rowP, rowQ] = [[...elementAt(a, p)], [...elementAt(a, q)]];
  for (let j = 0; j < a.length; j++) {
    elementAt(a, p)[j] = c * elementAt(rowP, j) - s * elementAt(rowQ, j);
    elementAt(a, q)[j] = s * elementAt(rowP, j) + c * elementAt(rowQ, j);
  }
  elementAt(a, p)[q] = 0;
  elementAt(a, q)[p] = 0;
}
