/**
 * What the reference predicts for rows to come, and the evidence that they are something else. Pure.
 *
 * The shares of the bins are not known, only how many rows of the reference fell into each. Between order statistics of a
 * continuous feature they have the law Dirichlet(α) with α the number of gaps between reference rows in the bin, whatever the
 * feature's distribution is (Wilks, Ann. Math. Statist. 12, 1941, on tolerance limits). So rows to come have the
 * Dirichlet-multinomial predictive, and likelihood ratios against it are e-values that pay for the reference being finite.
 */
import { logGamma } from '../../statistics/gamma.ts';

/** Parameters of the Dirichlet law of the shares of some bins. */
export interface Law {
  readonly alpha: Float64Array;
  /** α over their sum. */
  readonly shares: Float64Array;
  readonly total: number;
  /** log Γ(Σα) − Σ log Γ(αₖ). */
  readonly logNorm: number;
}

export function lawOf(alpha: Float64Array): Law {
  const total = alpha.reduce((sum, a) => sum + a, 0);
  const logNorm = alpha.reduce((sum, a) => sum - logGamma(a), logGamma(total));
  return { alpha, total, shares: alpha.map((a) => a / total), logNorm };
}

/** Logarithm of the predictive probability of a sequence of rows with these counts. */
export function logPredictive(counts: Float64Array, { alpha, total, logNorm }: Law): number {
  let sum = logNorm;
  let n = 0;
  for (let k = 0; k < counts.length; k++) {
    const c = counts[k]!;
    n += c;
    sum += logGamma(alpha[k]! + c);
  }
  return sum - logGamma(total + n);
}

/** What rows may have become: fixed shares, and laws of unknown shares; weights add up to 1. */
export interface Alternatives {
  readonly fixed: readonly { readonly logShares: Float64Array; readonly logWeight: number }[];
  readonly spread: readonly { readonly law: Law; readonly logWeight: number }[];
}

/** Logarithm of the e-value of rows with these counts: the mixture of alternatives over the predictive. */
export function logEvidence(counts: Float64Array, law: Law, { fixed, spread }: Alternatives): number {
  const logs = [
    ...fixed.map(({ logShares, logWeight }) => logWeight + dot(counts, logShares)),
    ...spread.map(({ law: other, logWeight }) => logWeight + logPredictive(counts, other)),
  ];
  const greatest = Math.max(...logs);
  const sum = logs.reduce((total, log) => total + Math.exp(log - greatest), 0);
  return greatest + Math.log(sum) - logPredictive(counts, law);
}

function dot(counts: Float64Array, logs: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < counts.length; k++) sum += counts[k]! * logs[k]!;
  return sum;
}

/**
 * No less than `logEvidence` of any alternatives, without logarithms of gammas: n·KL is at most n·log(1 + χ²/n), and the
 * predictive falls short of fixed shares by at most (K−1)/2 · log(1 + n/Σα) and terms that vanish.
 */
export function evidenceBound(counts: Float64Array, { shares, total }: Law): number {
  let n = 0;
  let squares = 0;
  for (let k = 0; k < counts.length; k++) {
    const c = counts[k]!;
    n += c;
    squares += (c * c) / shares[k]!;
  }
  return n === 0 ? 0 : n * Math.log(squares / (n * n)) + ((counts.length - 1) / 2) * Math.log1p(n / total);
}

/** As `evidenceBound`, closer and dearer: with n·KL itself. */
export function likelihoodBound(counts: Float64Array, { shares, total }: Law): number {
  let n = 0;
  let sum = 0;
  for (let k = 0; k < counts.length; k++) {
    const c = counts[k]!;
    n += c;
    if (c > 0) sum += c * Math.log(c / shares[k]!);
  }
  return n === 0 ? 0 : sum - n * Math.log(n) + ((counts.length - 1) / 2) * Math.log1p(n / total);
}
