/** The two-sample test of Kolmogorov and Smirnov: exact, or by the law of one sample. Pure. */
import { kolmogorovTail } from './kolmogorov-law.ts';
import { greatestDistance } from './ranks.ts';

export interface TestResult {
  readonly statistic: number;
  readonly p: number;
}

/** Largest sample for which paths are counted. */
const EXACT_MAX = 10_000;

/** Two-sided test of two sorted samples without NaN, with the choices of scipy's `ks_2samp`. */
export function kolmogorovSmirnov(x: Float64Array, y: Float64Array): TestResult {
  const distance = greatestDistance(x, y);
  const [m, n] = [x.length, y.length];
  if (Math.max(m, n) > EXACT_MAX) {
    return { statistic: distance, p: kolmogorovTail(Math.round((m * n) / (m + n)), distance) };
  }
  const common = greatestCommonDivisor(m, n);
  const least = (m / common) * n;
  const height = Math.round(distance * least);
  return { statistic: height / least, p: Math.min(1, pathsOutside(m, n, common, height)) };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * The share of lattice paths from (0, 0) to (m, n) that come somewhere to |x/m − y/n| ≥ height / lcm: each order of the
 * pooled sample is such a path, all equally likely. Sums of positive terms only, so tiny shares keep their digits.
 */
function pathsOutside(m: number, n: number, common: number, height: number): number {
  if (height === 0) return 1;
  if (m === n) return pathsOutsideSquare(n, height);
  const bound = height * common;
  // Row i holds, for each j, the share of paths to (i, j) that have been outside; within the band only.
  const share = new Float64Array(n + 1).fill(1);
  for (let i = 0; i <= m; i++) {
    const from = Math.max(0, Math.floor((i * n - bound) / m) + 1);
    const to = Math.min(n, Math.ceil((i * n + bound) / m) - 1);
    for (let j = from; j <= to; j++) {
      const steps = i + j;
      const beside = j === from ? 1 : share[j - 1]!;
      share[j] = steps === 0 ? 0 : (i * share[j]! + j * beside) / steps;
    }
  }
  return share[n]!;
}

/** The same for m = n, by reflections, in Horner's form. */
function pathsOutsideSquare(n: number, height: number): number {
  let outside = 0;
  for (let k = Math.floor(n / height); k >= 0; k--) {
    let ratio = 1;
    for (let j = 0; j < height; j++) ratio *= (n - k * height - j) / (n + k * height + j + 1);
    outside = ratio * (1 - outside);
  }
  return 2 * outside;
}
