/** Evidence of no harm: what the promotion needs. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { logBeta } from '../../statistics/gamma.ts';
import { logLikelihoodRatios, type WindowCounts } from './conditional.ts';

/**
 * log evidence of one window that the candidate's odds ratio is below `oddsRatio`: summed over windows, reaching
 * log(1/α₂) certifies it; a candidate at or above it is certified with probability at most α₂.
 */
export const certificateLog = (window: WindowCounts, oddsRatio: number): number =>
  -elementAt(logLikelihoodRatios(window, [oddsRatio], 1), 0);

/** Is a failure rate certified to be below `margin` at level `alpha`? */
export const certifiesRate = (failures: number, units: number, margin: number, alpha: number): boolean =>
  rateEvidence(failures, units, margin) >= Math.log(1 / alpha);

/**
 * log evidence that a failure rate is below `margin`: one evaluation of the martingale whose bound `rateUpperBound`
 * finds. 0 where the observed rate is not below it; no rate is above 1.
 */
export function rateEvidence(failures: number, units: number, margin: number): number {
  if (margin >= 1) return Number.POSITIVE_INFINITY;
  return units === 0 || failures / units >= margin ? 0 : rateLog(failures, units, margin);
}

/** log of the Beta(½, ½) mixture martingale against the rate p. */
const rateLog = (failures: number, units: number, p: number): number =>
  logBeta(failures + 0.5, units - failures + 0.5) -
  logBeta(0.5, 0.5) -
  failures * Math.log(p) -
  (units - failures) * Math.log1p(-p);

/**
 * Anytime-valid upper bound on a failure rate after `failures` of `units`, at level `alpha`: the largest p whose
 * Beta(½, ½) mixture martingale stays below 1/α (Robbins; Howard et al., arXiv 1810.08240). 1 without units.
 */
export function rateUpperBound(failures: number, units: number, alpha: number): number {
  if (units === 0) return 1;
  const limit = Math.log(1 / alpha);
  let low = failures / units;
  let high = 1;
  // Evidence against p grows from the observed rate to 1: bisect to the last bit that matters for a margin.
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (rateLog(failures, units, middle) < limit) low = middle;
    else high = middle;
  }
  return high;
}
