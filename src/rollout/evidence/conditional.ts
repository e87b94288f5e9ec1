/**
 * Stratified exact conditional evidence for rates. A closed window has units and first failures of two arms; given
 * the totals, the candidate's failures follow Fisher's non-central hypergeometric law with odds ratio ψ. Likelihood
 * ratios multiply over windows whatever the base rate, its drift, the weights or the volume, and stay valid at every
 * look (Ville): Turner & Grünwald, arXiv 2302.11401 and 2106.02693. Pure.
 */
import { elementAt } from '../../core/element-at.ts';

export interface WindowCounts {
  /** Units exposed, candidate and stable. */
  readonly candidate: number;
  readonly stable: number;
  /** Units that failed for the first time, of those exposed. */
  readonly candidateFailures: number;
  readonly stableFailures: number;
}

/** The law of k = candidate's failures given the totals: neighbours' ratios are all that is needed of it. */
interface Law {
  readonly low: number;
  readonly high: number;
  /** P(k + 1) / P(k) at odds ratio 1; falls as k grows. */
  readonly ratio: (k: number) => number;
  /** Most likely k at odds ratio 1. */
  readonly mode: number;
}

/**
 * log P_θ(x) − log P_ψ(x) of one window for each θ, ψ the reference odds ratio. 0 where a window has no contrast (an
 * empty arm, no failure, or nothing but failures): missing data is evidence 1.
 */
export function logLikelihoodRatios(window: WindowCounts, thetas: readonly number[], psi: number): number[] {
  const law = lawOf(window);
  if (law === null) return thetas.map(() => 0);
  const reference = Math.log(psi);
  const partitions = logPartitions(law, [psi, ...thetas]);
  return thetas.map((theta, j) => {
    const gain = elementAt(partitions, j + 1) - elementAt(partitions, 0);
    return window.candidateFailures * (Math.log(theta) - reference) - gain;
  });
}

function lawOf({ candidate, stable, candidateFailures, stableFailures }: WindowCounts): Law | null {
  const failures = candidateFailures + stableFailures;
  const low = Math.max(0, failures - stable);
  const high = Math.min(candidate, failures);
  if (low >= high) return null;
  const mode = Math.floor(((failures + 1) * (candidate + 1)) / (candidate + stable + 2));
  const ratio = (k: number): number =>
    ((candidate - k) * (failures - k)) / ((k + 1) * (stable - failures + k + 1));
  return { low, high, ratio, mode: Math.min(high, Math.max(low, mode)) };
}

/** A term this small, next to the largest, no longer changes a sum of doubles. */
const NEGLIGIBLE = 1e-18;

/**
 * log Σ_k P(k)·θ^k for each θ, up to one constant. Sums outwards from the largest term by ratios, so that a window
 * costs its standard deviation, not its support; cheapest where the θ are in order.
 */
function logPartitions(law: Law, thetas: readonly number[]): number[] {
  let mode = law.mode;
  /** log P(mode) − log P(law.mode). */
  let level = 0;
  return thetas.map((theta) => {
    const moved = moveMode(law, mode, theta);
    level += moved.rise;
    mode = moved.mode;
    return level + mode * Math.log(theta) + Math.log(sumAround(law, mode, theta));
  });
}

function moveMode(law: Law, from: number, theta: number): { mode: number; rise: number } {
  let mode = from;
  let rise = 0;
  let product = 1;
  const settle = (): void => {
    rise += Math.log(product);
    product = 1;
  };
  while (mode < law.high && law.ratio(mode) * theta > 1) {
    product *= law.ratio(mode++);
    if (product < 1e-200 || product > 1e200) settle();
  }
  while (mode > law.low && law.ratio(mode - 1) * theta < 1) {
    product /= law.ratio(--mode);
    if (product < 1e-200 || product > 1e200) settle();
  }
  settle();
  return { mode, rise };
}

function sumAround(law: Law, mode: number, theta: number): number {
  let sum = 1;
  for (let k = mode, term = 1; k < law.high && term > NEGLIGIBLE; k++) {
    term *= law.ratio(k) * theta;
    sum += term;
  }
  for (let k = mode - 1, term = 1; k >= law.low && term > NEGLIGIBLE; k--) {
    term /= law.ratio(k) * theta;
    sum += term;
  }
  return sum;
}

/** log Σ exp(values), −∞ for none. */
export function logSumExp(values: readonly number[]): number {
  const peak = Math.max(...values);
  if (peak === -Infinity) return -Infinity;
  return peak + Math.log(values.reduce((sum, value) => sum + Math.exp(value - peak), 0));
}
