/**
 * Stratified exact conditional evidence for rates. A closed window has units and first failures of two arms; given
 * the totals, the candidate's failures follow Fisher's non-central hypergeometric law with odds ratio ψ. Likelihood
 * ratios multiply over windows whatever the base rate, its drift, the weights or the volume, and stay valid at every
 * look (Ville): Turner & Grünwald, arXiv 2302.11401 and 2106.02693. Pure.
 */
export interface WindowCounts {
  /** Units exposed, candidate and stable. */
  readonly candidate: number;
  readonly stable: number;
  /** Units that failed for the first time, of those exposed. */
  readonly candidateFailures: number;
  readonly stableFailures: number;
}

/**
 * log P_θ(x) − log P_ψ(x) of one window for each θ, ψ the reference odds ratio. 0 where a window has no contrast (an
 * empty arm, no failure, or nothing but failures): missing data is evidence 1.
 */
export function logLikelihoodRatios(window: WindowCounts, thetas: readonly number[], psi: number): number[] {
  const failures = window.candidateFailures + window.stableFailures;
  const low = Math.max(0, failures - window.stable);
  const high = Math.min(window.candidate, failures);
  if (low >= high) return thetas.map(() => 0);
  const terms = logTerms(window, failures, low, high);
  const reference = Math.log(psi);
  const base = logPartition(terms, low, reference);
  return thetas.map((theta) => {
    const log = Math.log(theta);
    return window.candidateFailures * (log - reference) - (logPartition(terms, low, log) - base);
  });
}

/** log of C(N_c, k)·C(N_s, m − k) for k = low … high, up to a constant: by the ratio of neighbours. */
function logTerms(window: WindowCounts, failures: number, low: number, high: number): Float64Array {
  const terms = new Float64Array(high - low + 1);
  for (let k = low; k < high; k++) {
    const up = (window.candidate - k) * (failures - k);
    const down = (k + 1) * (window.stable - failures + k + 1);
    terms[k - low + 1] = terms[k - low]! + Math.log(up / down);
  }
  return terms;
}

/** log Σ_k exp(term_k + k·logθ), the maximum taken out. */
function logPartition(terms: Float64Array, low: number, logTheta: number): number {
  let peak = -Infinity;
  for (let i = 0; i < terms.length; i++) peak = Math.max(peak, terms[i]! + (low + i) * logTheta);
  let sum = 0;
  for (let i = 0; i < terms.length; i++) sum += Math.exp(terms[i]! + (low + i) * logTheta - peak);
  return peak + Math.log(sum);
}

/** log Σ exp(values), −∞ for none. */
export function logSumExp(values: readonly number[]): number {
  const peak = Math.max(...values);
  if (peak === -Infinity) return -Infinity;
  return peak + Math.log(values.reduce((sum, value) => sum + Math.exp(value - peak), 0));
}
