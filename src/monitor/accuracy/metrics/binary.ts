/** Metrics of two classes. Pure. */
import { elementAt } from '../../../core/element-at.ts';
import { addAt, zipWith } from '../../../core/vector.ts';
import {
  type MetricMeasurement,
  UNKNOWN_MEASUREMENT,
  weightedMean,
  weightedRatio,
} from './metric-measurement.ts';
import type { BinaryRows } from './metric-rows.ts';
import { averagePrecision, byFallingScore, rocAuc } from './score-curves.ts';

/** Probabilities are kept off 0 and 1 by so much, as scikit-learn does for doubles. */
const EPSILON = 2 ** -52;

const rowwise = (rows: BinaryRows, of: (truth: number, predicted: number) => number): Float64Array =>
  zipWith(rows.truth, rows.predicted, of);

export const binaryAccuracy = (rows: BinaryRows): MetricMeasurement =>
  weightedMean(
    rowwise(rows, (t, p) => t * p + (1 - t) * (1 - p)),
    rows.weight,
  );

/** Of what was said to be positive, the share that is; 0 where nothing was. */
export const precision = (rows: BinaryRows): MetricMeasurement =>
  weightedRatio(
    rowwise(rows, (t, p) => t * p),
    rows.predicted,
    rows.weight,
    0,
  );

export const recall = (rows: BinaryRows): MetricMeasurement =>
  weightedRatio(
    rowwise(rows, (t, p) => t * p),
    rows.truth,
    rows.weight,
    0,
  );

export const specificity = (rows: BinaryRows): MetricMeasurement =>
  weightedRatio(
    rowwise(rows, (t, p) => (1 - t) * (1 - p)),
    rowwise(rows, (t) => 1 - t),
    rows.weight,
    0,
  );

/** 2 TP / (2 TP + FP + FN). */
export const f1 = (rows: BinaryRows): MetricMeasurement =>
  weightedRatio(
    rowwise(rows, (t, p) => 2 * t * p),
    rowwise(rows, (t, p) => t + p),
    rows.weight,
    0,
  );

export const auc = ({ truth, score, weight }: BinaryRows): MetricMeasurement =>
  score === null ? UNKNOWN_MEASUREMENT : rocAuc(truth, score, weight);

export const binaryAveragePrecision = ({ truth, score, weight }: BinaryRows): MetricMeasurement =>
  score === null ? UNKNOWN_MEASUREMENT : averagePrecision(truth, score, weight);

export function binaryLogLoss({ truth, score, weight }: BinaryRows): MetricMeasurement {
  if (score === null) return UNKNOWN_MEASUREMENT;
  const losses = zipWith(truth, score, (t, s) => {
    const p = Math.min(1 - EPSILON, Math.max(EPSILON, s));
    return -(t * Math.log(p) + (1 - t) * Math.log1p(-p));
  });
  return weightedMean(losses, weight);
}

/** Mean of (score − truth)², by what it is for either truth. */
export const brierScore = ({ truth, score, weight }: BinaryRows): MetricMeasurement =>
  score === null
    ? UNKNOWN_MEASUREMENT
    : weightedMean(
        zipWith(truth, score, (t, s) => t * (1 - s) ** 2 + (1 - t) * s ** 2),
        weight,
      );

const CALIBRATION_BINS = 10;

/** Expected calibration error: Σ over ten bins of equal weight by score of |mean score − share of positives| × share. */
export function calibrationError({ truth, score, weight }: BinaryRows): MetricMeasurement {
  if (score === null || truth.length === 0) return UNKNOWN_MEASUREMENT;
  const order = byFallingScore(score).reverse();
  let mass = 0;
  for (const w of weight) mass += w;
  const gaps = new Float64Array(CALIBRATION_BINS);
  let before = 0;
  for (const i of order) {
    const bin = Math.min(CALIBRATION_BINS - 1, Math.floor((before / mass) * CALIBRATION_BINS));
    const w = elementAt(weight, i);
    addAt(gaps, bin, w * (elementAt(score, i) - elementAt(truth, i)));
    before += w;
  }
  return { value: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / mass, influence: null, size: null };
}
