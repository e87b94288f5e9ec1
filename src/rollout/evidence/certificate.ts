/** Evidence of no harm: what the promotion needs. Pure. */
import { logLikelihoodRatios, type WindowCounts } from './conditional.ts';

/**
 * log evidence of one window that the candidate's odds ratio is below `oddsRatio`: summed over windows, reaching
 * log(1/α₂) certifies it; a candidate at or above it is certified with probability at most α₂.
 */
export const certificateLog = (window: WindowCounts, oddsRatio: number): number =>
  -logLikelihoodRatios(window, [oddsRatio], 1)[0]!;

/**
 * Is a failure rate certified to be below `margin` at level `alpha`? One evaluation of the martingale whose bound
 * `rateUpperBound` finds.
 */
export function certifiesRate(failures: number, units: number, margin: number, alpha: number): boolean {
  if (units === 0 || failures / units >= margin || margin >= 1) return margin >= 1;
  return rateLog(failures, units, margin) >= Math.log(1 / alpha);
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

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** log Γ(x), x ≥ 0.5: Lanczos approximation (g = 7, n = 9), relative error below 1e-14. */
export function logGamma(x: number): number {
  const z = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
