/**
 * Evidence of harm from shadow pairs: both models saw the same input, so that only inputs on which exactly one of
 * them failed speak; without harm the candidate is that one at most half of the time. Pure.
 */
import { logSumExp } from './conditional.ts';
export interface PairCounts {
  /** Inputs on which the candidate failed and stable did not, and the other way round. */
  readonly candidateOnly: number;
  readonly stableOnly: number;
  /** Inputs on which both failed: they do not compare, but are failures of the candidate. */
  readonly both: number;
}

export const NO_PAIRS: PairCounts = { candidateOnly: 0, stableOnly: 0, both: 0 };

export const addPairs = (a: PairCounts, b: PairCounts): PairCounts => ({
  candidateOnly: a.candidateOnly + b.candidateOnly,
  stableOnly: a.stableOnly + b.stableOnly,
  both: a.both + b.both,
});

/** log evidence of discordant pairs that the candidate is not the failing one `oddsRatio` times as often as stable. */
export const pairedCertificate = ({ candidateOnly, stableOnly }: PairCounts, oddsRatio: number): number =>
  candidateOnly * Math.log((1 + oddsRatio) / (2 * oddsRatio)) + stableOnly * Math.log((1 + oddsRatio) / 2);

/** Shares of the candidate among discordant pairs that are bet on, with equal weight. */
const SHARES = [0.55, 0.6, 0.7, 0.8, 0.9, 0.97] as const;

/** Number of bets. */
export const PAIR_BET_COUNT = SHARES.length;

/** The bets where a share of q₀ is no harm: one that is not beyond it is put a quarter of the way to 1 instead. */
export function pairBetsBeyond(tolerance: number): readonly number[] {
  const none = tolerance / (1 + tolerance);
  return SHARES.map((share) => (share > none ? share : none + (1 - none) / 4));
}

/**
 * log Σ_q π_q Π (q/q₀)^x·((1−q)/(1−q₀))^y over x pairs in which the candidate alone went wrong and y in which stable
 * alone did. Up to `tolerance` times as many x as y are no harm: q₀ = tolerance/(1+tolerance), ½ at 1. Depends on totals
 * alone, so that pairs may come in any order.
 */
export function pairedLog({ candidateOnly, stableOnly }: PairCounts, tolerance = 1): number {
  const none = tolerance / (1 + tolerance);
  const logs = pairBetsBeyond(tolerance).map(
    (q) => candidateOnly * Math.log(q / none) + stableOnly * Math.log((1 - q) / (1 - none)),
  );
  return logSumExp(logs) - Math.log(SHARES.length);
}
