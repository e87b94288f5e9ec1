/** The Epps–Singleton test: do two samples have one characteristic function? Pure. */
import { elementAt } from '../core/element-at.ts';
import { zipWith } from '../core/vector.ts';
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
    zipWith(row, elementAt(b.covariance, i), (s, t) => (total / m) * s + (total / n) * t),
  );
  const difference = zipWith(a.means, b.means, (s, t) => s - t);
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
    const below = Math.floor(place);
    const low = elementAt(pooled, below);
    const high = elementAt(pooled, Math.min(below + 1, pooled.length - 1));
    return low + (high - low) * (place - below);
  };
  return at(0.75) - at(0.25);
}

/** Means and (biased) covariance of cos and sin at the points. */
function moments(values: Float64Array, scale: number) {
  const parts = [
    ...POINTS.map((point) => values.map((value) => Math.cos((point / scale) * value))),
    ...POINTS.map((point) => values.map((value) => Math.sin((point / scale) * value))),
  ];
  const means = Float64Array.from(parts, mean);
  const centered = parts.map((part) => {
    const center = mean(part);
    return part.map((value) => value - center);
  });
  const covariance = centered.map((left) =>
    Float64Array.from(centered, (right) => sum(zipWith(left, right, (s, t) => s * t)) / values.length),
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
function inverseForm(covariance: readonly Float64Array[], difference: Float64Array, most: number) {
  const pairs = eigen(covariance).toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const greatest = Math.abs(elementAt(pairs, 0).value);
  let form = 0;
  let rank = 0;
  for (const { value, vector } of pairs.slice(0, most)) {
    if (Math.abs(value) <= RANK_MIN * greatest) continue;
    rank++;
    form += sum(zipWith(difference, vector, (d, v) => d * v)) ** 2 / value;
  }
  return { form, rank };
}

interface EigenPair {
  readonly value: number;
  readonly vector: Float64Array;
}

/** Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations. */
function eigen(matrix: readonly Float64Array[]): readonly EigenPair[] {
  const a = matrix.map((row) => row.slice());
  // Each the row of a column of the matrix of rotations so far.
  const vectors = a.map((_, i) => Float64Array.from(a, (_row, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (const [p, rowP] of a.entries()) {
      for (let q = p + 1; q < a.length; q++) {
        const entry = elementAt(rowP, q);
        off += Math.abs(entry);
        if (entry !== 0) rotate(a, vectors, p, q);
      }
    }
    if (off === 0) break;
  }
  return a.map((row, i) => ({ value: elementAt(row, i), vector: elementAt(vectors, i) }));
}

/** Makes a[p][q] zero. */
function rotate(a: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const [rowP, rowQ] = [elementAt(a, p), elementAt(a, q)];
  const theta = (elementAt(rowQ, q) - elementAt(rowP, p)) / (2 * elementAt(rowP, q));
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of a) {
    const [left, right] = [elementAt(row, p), elementAt(row, q)];
    row[p] = c * left - s * right;
    row[q] = s * left + c * right;
  }
  rotateRows(elementAt(vectors, p), elementAt(vectors, q), c, s);
  rotateRows(rowP, rowQ, c, s);
  rowP[q] = 0;
  rowQ[p] = 0;
}

/** Turns two rows by the angle of that cosine and sine. */
function rotateRows(p: Float64Array, q: Float64Array, c: number, s: number): void {
  const [before, other] = [p.slice(), q.slice()];
  p.set(zipWith(before, other, (left, right) => c * left - s * right));
  q.set(zipWith(before, other, (left, right) => s * left + c * right));
}
