/**
 * Sequential test of the split itself (sample ratio mismatch), valid at every look: Lindon & Malek, arXiv 2011.03567.
 * Counts are units seen for the first time; with changing weights each window brings the share it was meant to have.
 * An alarm blames the router or the recording, not the model. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { logGamma } from '../../statistics/gamma.ts';
export interface SrmState {
  /** Wanted shares that `counts` were collected under; a change starts new counts and keeps the evidence. */
  readonly shares: readonly number[];
  readonly counts: readonly number[];
  /** log Bayes factor against the wanted split, and its largest value: p = exp(−maxLog). */
  readonly log: number;
  readonly maxLog: number;
}

export const NO_MISMATCH: SrmState = { shares: [], counts: [], log: 0, maxLog: 0 };

/** Adds the new units of one window. `concentration` k: the prior is Dirichlet(k·shares). */
export function addAssignments(
  before: SrmState,
  units: readonly number[],
  shares: readonly number[],
  concentration: number,
): SrmState {
  const same =
    before.shares.length === shares.length && shares.every((share, i) => share === before.shares[i]);
  const counts = same ? before.counts : shares.map(() => 0);
  const prior = shares.map((share, i) => concentration * share + elementAt(counts, i));
  const log = before.log + logDirichletMultinomial(units, prior) - logMultinomial(units, shares);
  return {
    shares,
    counts: counts.map((count, i) => count + elementAt(units, i)),
    log,
    maxLog: Math.max(before.maxLog, log),
  };
}

/** log probability of counts under Multinomial(n, p). An impossible count makes it −∞. */
export function logMultinomial(counts: readonly number[], shares: readonly number[]): number {
  return counts.reduce(
    (sum, count, i) => sum + (count === 0 ? 0 : count * Math.log(elementAt(shares, i))),
    logCoefficient(counts),
  );
}

/** log probability of counts under the Dirichlet-multinomial law. */
export function logDirichletMultinomial(counts: readonly number[], alpha: readonly number[]): number {
  const total = alpha.reduce((sum, a) => sum + a, 0);
  const n = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce(
    (sum, count, i) =>
      sum + (count === 0 ? 0 : logGamma(elementAt(alpha, i) + count) - logGamma(elementAt(alpha, i))),
    logCoefficient(counts) + logGamma(total) - logGamma(total + n),
  );
}

const logCoefficient = (counts: readonly number[]): number =>
  counts.reduce(
    (sum, count) => sum - logGamma(count + 1),
    logGamma(counts.reduce((sum, count) => sum + count, 0) + 1),
  );
