/** Metrics of several classes. Pure. */
import { elementAt } from '../../../core/element-at.ts';
import { addTo, weightedSum, zipWith } from '../../../core/vector.ts';
import {
  type MetricMeasurement,
  UNKNOWN_MEASUREMENT,
  weightedMean,
  weightedRatio,
} from './metric-measurement.ts';
import type { MulticlassRows } from './metric-rows.ts';
import { rocAuc } from './score-curves.ts';

const EPSILON = 2 ** -52;

/** Chance that class k is the true one of row i: 0 or 1 where the truth is known. */
const chance = ({ truth, classes }: MulticlassRows, i: number, k: number): number =>
  truth instanceof Int32Array ? Number(truth[i] === k) : elementAt(truth, i * classes.length + k);

export const multiclassAccuracy = (rows: MulticlassRows): MetricMeasurement =>
  weightedMean(
    Float64Array.from(rows.predicted, (k, i) => chance(rows, i, k)),
    rows.weight,
  );

/** Mean of the F1 of the classes that there are, in labels or in answers. */
export const macroF1 = (rows: MulticlassRows): MetricMeasurement => averaged(rows, classF1, () => 1);

/** By how often each class is true. */
export const weightedF1 = (rows: MulticlassRows): MetricMeasurement =>
  averaged(rows, classF1, (support) => support);

/** Mean of the areas of each class against all others; NaN where a class has no label (as scikit-learn refuses). */
export const ovrAuc = (rows: MulticlassRows): MetricMeasurement => averaged(rows, classAuc, () => 1);
export const weightedOvrAuc = (rows: MulticlassRows): MetricMeasurement =>
  averaged(rows, classAuc, (support) => support);

const isClass = (values: Int32Array, k: number): Float64Array =>
  Float64Array.from(values, (v) => (v === k ? 1 : 0));

/** Null: the class is not there. */
type ClassMetric = (rows: MulticlassRows, k: number, truth: Float64Array) => MetricMeasurement | null;

const classF1: ClassMetric = (rows, k, truth) => {
  const predicted = isClass(rows.predicted, k);
  if (truth.every((t) => t === 0) && !predicted.includes(1)) return null;
  return weightedRatio(
    zipWith(truth, predicted, (t, p) => 2 * t * p),
    zipWith(truth, predicted, (t, p) => t + p),
    rows.weight,
    0,
  );
};

const classAuc: ClassMetric = ({ probabilities, classes, weight }, k, truth) => {
  if (probabilities === null) return UNKNOWN_MEASUREMENT;
  const score = Float64Array.from(truth, (_, i) => elementAt(probabilities, i * classes.length + k));
  return rocAuc(truth, score, weight);
};

/**
 * Σ g(s_k) m_k / Σ g(s_k) over classes, s_k the weight of rows whose label it is. Its influence has a part of each m_k and,
 * where shares count, one of each share.
 */
function averaged(
  rows: MulticlassRows,
  metric: ClassMetric,
  of: (support: number) => number,
): MetricMeasurement {
  const { classes, weight } = rows;
  const mass = weight.reduce((a, b) => a + b, 0);
  if (mass === 0) return UNKNOWN_MEASUREMENT;
  const parts = classes.flatMap((_, k) => {
    const truth = Float64Array.from(weight, (_, i) => chance(rows, i, k));
    const measured = metric(rows, k, truth);
    if (measured === null) return [];
    const support = weightedSum(truth, weight) / mass;
    return [{ measured, truth, support: of(support), isShare: of(2) === 2 }];
  });
  const supports = parts.reduce((sum, part) => sum + part.support, 0);
  const value = parts.reduce((sum, { measured, support }) => sum + support * measured.value, 0) / supports;
  if (!Number.isFinite(value)) return UNKNOWN_MEASUREMENT;
  const influence = new Float64Array(weight.length);
  for (const { measured, truth, support, isShare } of parts) {
    if (measured.influence !== null)
      addTo(
        influence,
        measured.influence.map((psi) => (support * psi) / supports),
      );
    if (isShare)
      addTo(
        influence,
        truth.map((t) => ((t - support) * (measured.value - value)) / supports),
      );
  }
  return { value, influence, size: null };
}

export function multiclassLogLoss(rows: MulticlassRows): MetricMeasurement {
  const { classes, probabilities, weight } = rows;
  if (probabilities === null) return UNKNOWN_MEASUREMENT;
  const k = classes.length;
  const losses = Float64Array.from(weight, (_, i) => {
    const row = probabilities.subarray(i * k, (i + 1) * k);
    const sum = row.reduce((a, b) => a + b, 0);
    let [loss, known] = [0, 0];
    row.forEach((p, j) => {
      const share = chance(rows, i, j);
      known += share;
      if (share > 0) loss -= share * Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, p / sum)));
    });
    // A label that the model does not have had no chance at all.
    return known > 0 ? loss : -Math.log(EPSILON);
  });
  return weightedMean(losses, weight);
}
