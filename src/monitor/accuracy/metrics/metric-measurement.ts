/**
 * A metric with the influence of each row on it. Variance, weights, arrival probabilities and corrections by predictions all
 * follow from influences: a metric of n rows is nearly θ + Σ w ψ / Σ w (van der Vaart, Asymptotic Statistics, ch. 20). Pure.
 */
import { weightedSum, zipWith } from '../../../core/vector.ts';

export interface MetricMeasurement {
  /** NaN where the rows cannot tell: none, or of one class only. */
  readonly value: number;
  /** ψ of each row, Σ w ψ = 0; null for a metric without one, whose interval comes from resampling. */
  readonly influence: Float64Array | null;
  /** How many rows of equal weight can change it, where that can be said: for precision, those said to be positive. */
  readonly size: number | null;
}

export const UNKNOWN_MEASUREMENT: MetricMeasurement = { value: Number.NaN, influence: null, size: null };

/** (Σ w)² / Σ w²: as many rows of equal weight tell as much (Kish). */
export function effectiveSize(weight: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const w of weight) {
    sum += w;
    squares += w * w;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}

const plainSum = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** Σ w x / Σ w, with influence x − mean. NaN of no rows. */
export function weightedMean(values: Float64Array, weight: Float64Array): MetricMeasurement {
  const mass = plainSum(weight);
  if (mass === 0) return UNKNOWN_MEASUREMENT;
  const value = weightedSum(values, weight) / mass;
  return { value, influence: values.map((x) => x - value), size: effectiveSize(weight) };
}

/** Σ w a / Σ w b, with influence (a − value · b) / mean(b). `empty` where the denominator is 0. */
export function weightedRatio(
  numerator: Float64Array,
  denominator: Float64Array,
  weight: Float64Array,
  empty: number,
): MetricMeasurement {
  const above = weightedSum(numerator, weight);
  const below = weightedSum(denominator, weight);
  const mass = plainSum(weight);
  if (mass === 0) return UNKNOWN_MEASUREMENT;
  if (below === 0) return { value: empty, influence: null, size: 0 };
  const value = above / below;
  const scale = mass / below;
  return {
    value,
    influence: zipWith(numerator, denominator, (a, b) => scale * (a - value * b)),
    size: effectiveSize(zipWith(denominator, weight, (b, w) => b * w)),
  };
}

/** f(θ) with influence f'(θ) ψ. */
export const transformMeasurement = (
  { value, influence, size }: MetricMeasurement,
  f: (x: number) => number,
  slope: (x: number) => number,
): MetricMeasurement => ({
  value: f(value),
  influence: influence === null ? null : influence.map((psi) => slope(value) * psi),
  size,
});

/** Variance of the metric: Σ (w ψ)² / (Σ w)², by n/(n − 1). NaN without influences. */
export function measurementVariance({ influence }: MetricMeasurement, weight: Float64Array): number {
  if (influence === null || influence.length < 2) return Number.NaN;
  const squares = plainSum(zipWith(weight, influence, (w, psi) => (w * psi) ** 2));
  const mass = plainSum(weight);
  const n = influence.length;
  return (squares / mass ** 2) * (n / (n - 1));
}
