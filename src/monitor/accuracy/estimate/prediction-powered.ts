/**
 * An estimate put right by the labels that there are (Angelopoulos et al., Prediction-powered inference, Science 2023; with the
 * power tuned as in PPI++, arXiv 2311.01453): all rows say what is to be expected, labelled ones by how much that is wrong.
 * For any metric with influences. Pure.
 */
import { zipWith } from '../../../core/vector.ts';
import type { ConfidenceInterval } from '../../../statistics/confidence-interval.ts';
import { deltaInterval, type MetricRange } from '../metrics/metric-interval.ts';
import { type MetricMeasurement, measurementVariance } from '../metrics/metric-measurement.ts';

export interface PredictionPoweredEstimate {
  readonly value: number;
  readonly interval: ConfidenceInterval;
  /** How far expectations were used: 0 not at all, 1 in full. */
  readonly power: number;
}

export interface LabelledSample {
  readonly realised: MetricMeasurement;
  /** Of the same rows, without looking at their labels. */
  readonly expected: MetricMeasurement;
  /** Of traffic, by the inverse of the chance that the label has come. */
  readonly weight: Float64Array;
}

/** Fewer labels do not tell how expectation and truth go together. */
const LABELS_MIN = 30;

/**
 * `all`: what is to be expected of rows without labels, apart from the labelled ones. θ = realised + λ (all − expected), of
 * variance V(ψ − λψ′)/n + λ² V′/N, least at λ = C(ψ, ψ′)/n / (V(ψ′)/n + V′/N). Null with too few labels or without influences.
 */
export function predictionPoweredEstimate(
  { realised, expected, weight }: LabelledSample,
  all: { readonly measured: MetricMeasurement; readonly weight: Float64Array },
  range: MetricRange,
  level: number,
): PredictionPoweredEstimate | null {
  const { influence } = realised;
  if (!Number.isFinite(realised.value) || influence === null || weight.length < LABELS_MIN) return null;
  const alone = { value: realised.value, power: 0, varianceOf: measurementVariance(realised, weight) };
  const used = withExpectations({ realised, expected, weight }, influence, all) ?? alone;
  return {
    value: used.value,
    power: used.power,
    interval: deltaInterval(used.value, used.varianceOf, range, level),
  };
}

function withExpectations(
  { realised, expected, weight }: LabelledSample,
  truth: Float64Array,
  all: { readonly measured: MetricMeasurement; readonly weight: Float64Array },
): { readonly value: number; readonly power: number; readonly varianceOf: number } | null {
  const guess = expected.influence;
  const rest = measurementVariance(all.measured, all.weight);
  if (guess === null || !Number.isFinite(rest) || !Number.isFinite(expected.value)) return null;
  const varianceWith = (power: number): number => {
    const influence = zipWith(truth, guess, (psi, expectation) => psi - power * expectation);
    return measurementVariance({ value: 0, influence, size: null }, weight);
  };
  const guessed = measurementVariance(expected, weight);
  const covariance = (varianceWith(0) + guessed - varianceWith(1)) / 2;
  const whole = guessed + rest;
  const power = whole > 0 ? Math.min(1, Math.max(0, covariance / whole)) : 0;
  return {
    value: realised.value + power * (all.measured.value - expected.value),
    power,
    varianceOf: varianceWith(power) + power ** 2 * rest,
  };
}
