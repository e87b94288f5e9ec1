/**
 * Binomial and hypergeometric probabilities by their deviance from the likeliest count (C. Loader, Fast and accurate
 * computation of binomial probabilities, 2000): the digits do not go as the counts grow. Pure.
 */
import { logGamma } from './gamma.ts';

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** log n! less Stirling's approximation of it, n ≥ 0. */
function stirlingError(n: number): number {
  if (n <= 15) return logGamma(n + 1) - (n === 0 ? 0 : (n + 0.5) * Math.log(n) - n + HALF_LOG_TAU);
  const square = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n;
}

/** x log(x / mean) + mean − x, without cancellation where they are close. */
function deviance(x: number, mean: number): number {
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - difference;
  const v = difference / (x + mean);
  let sum = difference * v;
  let power = 2 * x * v;
  for (let j = 1; ; j++) {
    power *= v * v;
    const next = sum + power / (2 * j + 1);
    if (next === sum) return sum;
    sum = next;
  }
}

/** log P(K = k) of n draws that each succeed with probability `p` (and fail with `q` = 1 − p). */
export function logBinomial(k: number, n: number, p: number, q = 1 - p): number {
  if (k < 0 || k > n) return -Infinity;
  if (p === 0 || q === 0) return (p === 0 ? k === 0 : k === n) ? 0 : -Infinity;
  if (k === 0) return n === 0 ? 0 : p < 0.1 ? -deviance(n, n * q) - n * p : n * Math.log(q);
  if (k === n) return q < 0.1 ? -deviance(n, n * p) - n * q : n * Math.log(p);
  return (
    stirlingError(n) -
    stirlingError(k) -
    stirlingError(n - k) -
    deviance(k, n * p) -
    deviance(n - k, n * q) -
    HALF_LOG_TAU -
    0.5 * (Math.log(k) + Math.log1p(-k / n))
  );
}

/** log P(k of the drawn are marked), `drawn` out of `total` of which `marked` are. */
export function logHypergeometric(k: number, total: number, marked: number, drawn: number): number {
  if (k < Math.max(0, drawn + marked - total) || k > Math.min(drawn, marked)) return -Infinity;
  if (drawn === 0 || drawn === total) return 0;
  const [p, q] = [drawn / total, (total - drawn) / total];
  return (
    logBinomial(k, marked, p, q) +
    logBinomial(drawn - k, total - marked, p, q) -
    logBinomial(drawn, total, p, q)
  );
}
