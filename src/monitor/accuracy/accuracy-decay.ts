/**
 * Whether accuracy has decayed: metrics of cohorts against the reference's, in order of time, looked at after each. Evidence is
 * an e-detector, effect the loss over the cohorts that it rests on. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import type { AccuracyMetric } from './metrics/accuracy-metrics.ts';

export interface CohortMetric {
  readonly from: number;
  readonly value: number;
  /** Standard error of the value: of the rows that it rests on. */
  readonly error: number;
  readonly rows: number;
}

export interface ReferenceMetric {
  readonly value: number;
  readonly error: number;
  /** Standard deviation between periods beyond what their rows explain: cohorts may differ by that and nothing is wrong. */
  readonly spread: number;
}

export interface AccuracyDecay {
  /** Loss against the reference, positive is worse, over the cohorts since `from`. */
  readonly effect: { readonly value: number; readonly low: number; readonly high: number };
  readonly evidence: { readonly log: number; readonly threshold: number };
  readonly from: number;
  readonly cohorts: number;
  readonly rows: number;
  readonly standing: 'beyond' | 'between' | 'below';
}

export interface DecayOptions {
  readonly better: AccuracyMetric['better'];
  readonly minimumLoss: number;
  /** One false alarm in so many cohorts. */
  readonly cohorts: number;
}

/** Sizes of a loss in standard errors that are bet on, with equal stakes. */
const TILTS = [0.5, 1, 2, 4];
/** Evidence beyond the threshold is not saved up: what has recovered is soon seen. */
const SAVED = Math.log(10);
const LEVEL = 0.95;

/** How much worse a value is than the reference. */
export const metricLoss = (better: AccuracyMetric['better'], value: number, reference: number): number => {
  if (better === 'higher') return reference - value;
  return better === 'lower' ? value - reference : Math.abs(value) - Math.abs(reference);
};

/**
 * For each cohort z is its loss in units of √(σ² + spread²), against the reference at the end of its own one-sided interval:
 * that its value is uncertain too must not add up. Without decay E exp(λz − λ²/2) ≤ 1, and the sum over starts S ← (S + 1) e
 * (Shiryaev and Roberts) reaches c once in c cohorts at most. Null without cohorts.
 */
export function measureDecay(
  cohorts: readonly CohortMetric[],
  reference: ReferenceMetric,
  { better, minimumLoss, cohorts: budget }: DecayOptions,
): AccuracyDecay | null {
  if (cohorts.length === 0) return null;
  const threshold = Math.log(budget);
  const allowance = normalQuantile(LEVEL) * reference.error;
  let log = Number.NEGATIVE_INFINITY;
  let [since, best] = [0, 0];
  cohorts.forEach((cohort, i) => {
    const deviation = Math.max(Math.hypot(cohort.error, reference.spread), 1e-9);
    const z = (metricLoss(better, cohort.value, reference.value) - allowance) / deviation;
    const gain = betOn(z);
    log = Math.min(threshold + SAVED, softplus(log) + gain);
    // Where the evidence began: the start that maximises the product of gains since.
    if (best <= 0) since = i;
    best = Math.max(0, best) + gain;
  });
  if (best <= 0) since = cohorts.length - 1;
  const window = cohorts.slice(since);
  const effect = lossOver(window, reference, better);
  const isEvident = log >= threshold;
  const isBelow = log < threshold / 2 || effect.value < minimumLoss / 2;
  return {
    effect,
    evidence: { log, threshold },
    from: elementAt(window, 0).from,
    cohorts: window.length,
    rows: window.reduce((sum, { rows }) => sum + rows, 0),
    standing: isEvident && effect.low >= minimumLoss ? 'beyond' : isBelow ? 'below' : 'between',
  };
}

/** ln of the mean over tilts of exp(λz − λ²/2). */
function betOn(z: number): number {
  const logs = TILTS.map((tilt) => tilt * z - (tilt * tilt) / 2);
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}

/** ln(1 + eˣ) */
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));

/** Mean loss by inverse variance, with its interval; the reference's error is common to all cohorts. */
function lossOver(
  window: readonly CohortMetric[],
  reference: ReferenceMetric,
  better: AccuracyMetric['better'],
): AccuracyDecay['effect'] {
  const weights = window.map(({ error }) => 1 / Math.max(error ** 2 + reference.spread ** 2, 1e-18));
  const mass = weights.reduce((a, b) => a + b, 0);
  const value =
    window.reduce(
      (sum, cohort, i) => sum + elementAt(weights, i) * metricLoss(better, cohort.value, reference.value),
      0,
    ) / mass;
  const half = normalQuantile(LEVEL) * Math.sqrt(1 / mass + reference.error ** 2);
  return { value, low: value - half, high: value + half };
}
