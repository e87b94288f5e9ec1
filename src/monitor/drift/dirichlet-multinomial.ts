/**
 * What the reference predicts for rows to come, and the evidence that they are something else. Pure.
 *
 * The shares of the bins are not known, only how many rows of the reference fell into each. Between order statistics of a
 * continuous feature they have the law Dirichlet(α) with α the number of gaps between reference rows in the bin, whatever the
 * feature's distribution is (Wilks, Ann. Math. Statist. 12, 1941, on tolerance limits). So rows to come have the
 * Dirichlet-multinomial predictive, and likelihood ratios against it are e-values that pay for the reference being finite.
 */
import { weightedSum } from '../../core/vector.ts';
import { logGamma } from '../../statistics/gamma.ts';

/** Parameters of the Dirichlet law of the shares of some bins. */
export interface DirichletMultinomial {
  readonly alpha: Float64Array;
  readonly total: number;
  /** α over their sum, and their logarithms. */
  readonly shares: Float64Array;
  readonly logShares: Float64Array;
  /** log Γ(Σα) − Σ log Γ(αₖ). */
  readonly logNorm: number;
}

export function dirichletMultinomial(alpha: Float64Array): DirichletMultinomial {
  const total = alpha.reduce((sum, a) => sum + a, 0);
  const shares = alpha.map((a) => a / total);
  const logNorm = alpha.reduce((sum, a) => sum - logGamma(a), logGamma(total));
  return { alpha, total, shares, logShares: shares.map(Math.log), logNorm };
}

/** Logarithm of the predictive probability of a sequence of rows with these counts; `n` is their sum. */
export function logPredictive(
  counts: Float64Array,
  n: number,
  { alpha, total, logNorm }: DirichletMultinomial,
): number {
  let sum = logNorm - logGamma(total + n);
  for (let k = 0; k < counts.length; k++) sum += logGamma(alpha[k]! + counts[k]!);
  return sum;
}

/** What rows may have become. Weights of all of them add up to 1; logarithms of shares are relative to the reference's. */
export interface DriftAlternatives {
  readonly fixed: readonly { readonly logShares: Float64Array; readonly logWeight: number }[];
  /** A share s of all rows that moves into one bin: log(1 − s), and by bin log(1 + s / ((1 − s) p)). */
  readonly spikes: readonly {
    readonly rest: number;
    readonly gain: Float64Array;
    readonly logWeight: number;
  }[];
  /** Laws of unknown shares; the largest number of reference rows that one is worth. */
  readonly spread: readonly { readonly multinomial: DirichletMultinomial; readonly logWeight: number }[];
  readonly concentration: number;
}

/** Nats by which `hasChance` may err for the spread alternatives: it estimates what they pay for not knowing the shares. */
const SLACK = 6;

/**
 * Logarithm of the e-value of rows with these counts: the mixture of alternatives over the predictive; −∞ where it is sure to
 * be below `needed`, which is found out without much work.
 */
export function logEvidence(
  counts: Float64Array,
  multinomial: DirichletMultinomial,
  alternatives: DriftAlternatives,
  needed = Number.NEGATIVE_INFINITY,
): number {
  const n = sumOf(counts);
  if (n === 0 || cheapBound(counts, n, multinomial) < needed) return Number.NEGATIVE_INFINITY;
  // Of the reference's own shares over the predictive: what every alternative has before it.
  const base = weightedSum(counts, multinomial.logShares) - logPredictive(counts, n, multinomial);
  const divergence = likelihoodRatio(counts, n, multinomial);
  if (base + divergence < needed) return Number.NEGATIVE_INFINITY;
  const sum = new LogSum();
  const { fixed, spikes, spread, concentration } = alternatives;
  for (const { logShares, logWeight } of fixed) sum.add(logWeight + weightedSum(counts, logShares));
  for (const { rest, gain, logWeight } of spikes)
    for (let k = 0; k < counts.length; k++) sum.add(logWeight + n * rest + counts[k]! * gain[k]!);
  const unknown = ((counts.length - 1) / 2) * Math.log1p(n / concentration);
  if (base + Math.max(sum.value, divergence - unknown + SLACK) < needed) return Number.NEGATIVE_INFINITY;
  const shares = weightedSum(counts, multinomial.logShares);
  for (const { multinomial: other, logWeight } of spread)
    sum.add(logWeight + logPredictive(counts, n, other) - shares);
  return base + sum.value;
}

/** log Σ exp of what is added, one after the other. */
class LogSum {
  #greatest = Number.NEGATIVE_INFINITY;
  #sum = 0;

  add(log: number): void {
    if (log <= this.#greatest) {
      if (log > this.#greatest - 40) this.#sum += Math.exp(log - this.#greatest);
      return;
    }
    this.#sum = this.#sum * Math.exp(this.#greatest - log) + 1;
    this.#greatest = log;
  }

  get value(): number {
    return this.#greatest + Math.log(this.#sum);
  }
}

function sumOf(counts: Float64Array): number {
  let n = 0;
  for (let k = 0; k < counts.length; k++) n += counts[k]!;
  return n;
}

/**
 * No less than the logarithm of any evidence, without logarithms. KL = Σ p φ(x) with x = q/p − 1 and
 * φ(x) = (1+x) log(1+x) − x, which is at most x²/2 above 0 and x²/2 + |x|³/2 below; or log(1 + χ²), where that is less. The
 * predictive falls short of the reference's shares by at most about (K−1)/2 · log(1 + n/Σα).
 */
function cheapBound(counts: Float64Array, n: number, { shares, total }: DirichletMultinomial): number {
  let squares = 0;
  let cubes = 0;
  for (let k = 0; k < counts.length; k++) {
    const expected = n * shares[k]!;
    const x = counts[k]! / expected - 1;
    squares += expected * x * x;
    if (x < 0) cubes -= expected * x * x * x;
  }
  const divergence = Math.min((squares + cubes) / 2, n * Math.log1p(squares / n));
  return divergence + ((counts.length - 1) / 2) * Math.log1p(n / total);
}

/** n·KL: the logarithm of the best fixed shares over the reference's. */
function likelihoodRatio(counts: Float64Array, n: number, { logShares }: DirichletMultinomial): number {
  let sum = -n * Math.log(n);
  for (let k = 0; k < counts.length; k++) {
    const c = counts[k]!;
    if (c > 0) sum += c * (Math.log(c) - logShares[k]!);
  }
  return sum;
}
