/** The two-sample test of Kolmogorov and Smirnov: exact, or by the law of one sample. Pure. */
import { elementAt } from '../core/element-at.ts';
import { kolmogorovTail } from './kolmogorov-distribution.ts';
import { kolmogorovSmirnovDistance } from './sample-distances.ts';

export interface TestResult {
  readonly statistic: number;
  readonly p: number;
}

/** A test of two sorted samples. */
export type SampleTest = (x: Float64Array, y: Float64Array) => TestResult;

/** The same test, which answers at once where it is asked about the same values as before. */
export function rememberLast(test: SampleTest): SampleTest {
  let last: { readonly x: Float64Array; readonly y: Float64Array; readonly result: TestResult } | null = null;
  return (x, y) => {
    if (last === null || !equal(last.x, x) || !equal(last.y, y)) last = { x, y, result: test(x, y) };
    return last.result;
  };
}

const equal = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** Largest sample for which paths are counted. */
const EXACT_MAX = 10_000;

/** Two-sided test of two sorted samples without NaN, with the choices of scipy's `ks_2samp`. */
export function kolmogorovSmirnov(x: Float64Array, y: Float64Array): TestResult {
  const distance = kolmogorovSmirnovDistance(x, y);
  const [m, n] = [x.length, y.length];
  if (Math.max(m, n) > EXACT_MAX) {
    return { statistic: distance, p: kolmogorovTail(roundToEven((m * n) / (m + n)), distance) };
  }
  const common = greatestCommonDivisor(m, n);
  const least = (m / common) * n;
  const height = Math.round(distance * least);
  return { statistic: height / least, p: Math.min(1, pathsOutside(m, n, common, height)) };
}

/** As numpy rounds: a half to the even neighbour. */
function roundToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
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
  const inverse = new Float64Array(m + n + 1);
  for (let i = 1; i <= m + n; i++) inverse[i] = 1 / i;
  // Row i holds, for each j, the share of paths to (i, j) that have been outside; within the band only.
  const share = new Float64Array(n + 1).fill(1);
  for (let i = 0; i <= m; i++) {
    const from = Math.max(0, Math.floor((i * n - bound) / m) + 1);
    const to = Math.min(n, Math.ceil((i * n + bound) / m) - 1);
    let beside = 1;
    for (let j = from; j <= to; j++) {
      beside = (i * elementAt(share, j) + j * beside) * elementAt(inverse, i + j);
      // What is smaller would be computed fifty times slower.
      if (beside < SHARE_MIN) beside = 0;
      share[j] = beside;
    }
  }
  return elementAt(share, n);
}

/** Shares below this count as none; the smallest number with all its digits is 2e-308. */
const SHARE_MIN = 1e-305;

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
