/**
 * What a metric would be if labels were there. Classification: scores become chances by calibration on the reference, and
 * the metric is taken with chances for labels (CBPE). Regression: a model of losses (DLE). How far off that is comes from
 * periods of the reference, each estimated by what was learnt from all others, and from later cohorts whose labels came. Pure.
 */
import { elementAt, valueOfKey } from '../../../core/element-at.ts';
import type { ConfidenceInterval } from '../../../statistics/confidence-interval.ts';
import { type AccuracyMetric, findMetric, metricNamed, readMetric } from '../metrics/accuracy-metrics.ts';
import {
  effectiveSize,
  type MetricMeasurement,
  measurementVariance,
  transformMeasurement,
  UNKNOWN_MEASUREMENT,
  weightedMean,
} from '../metrics/metric-measurement.ts';
import { type MetricRows, type MetricTask, rowCount, selectRows } from '../metrics/metric-rows.ts';
import {
  type CalibrationCurve,
  calibratedProbabilities,
  calibratedProbability,
  calibrationCurve,
} from './calibration.ts';
import type { FeatureColumn } from './column-binning.ts';
import { type ErrorBand, type EstimateResidual, residualBand } from './error-band.ts';
import { expectedLoss, fitLossModel, type LossModel } from './loss-model.ts';

/** What is learnt of some reference rows; plain data. */
type Learnt =
  | { readonly kind: 'chances'; readonly curves: readonly (CalibrationCurve | null)[] }
  | { readonly kind: 'loss'; readonly model: LossModel };

/** Plain data, kept with the reference that it was fitted on. */
export interface AccuracyEstimator {
  readonly schema: 1;
  readonly task: MetricTask;
  readonly metric: string;
  readonly learnt: Learnt;
  /** The metric realised in the reference. */
  readonly reference: {
    readonly value: number;
    readonly interval: ConfidenceInterval;
    readonly rows: number;
  };
  /** Of periods of the reference. */
  readonly residuals: readonly EstimateResidual[];
  /** Variance of one row's influence in the reference. */
  readonly rowVariance: number;
}

/** Rows with the inputs that they were made of. */
export interface EstimatorInputs<R extends MetricRows = MetricRows> {
  readonly rows: R;
  readonly features: readonly FeatureColumn[];
}

/** Losses that a model can learn, and the metric of their mean. Of bias and R² there is no loss a row. */
const LOSSES: Readonly<
  Record<
    string,
    {
      of(error: number, truth: number): number;
      readonly link: (mean: MetricMeasurement) => MetricMeasurement;
    }
  >
> = {
  mae: { of: Math.abs, link: (mean) => mean },
  mse: { of: (e) => e * e, link: (mean) => mean },
  rmse: {
    of: (e) => e * e,
    link: (mean) => transformMeasurement(mean, Math.sqrt, (x) => (x > 0 ? 0.5 / Math.sqrt(x) : 0)),
  },
  mape: { of: (e, t) => Math.abs(e) / Math.max(Math.abs(t), 2 ** -52), link: (mean) => mean },
};

/** Whether there is an estimate of that metric at all. */
const isEstimable = (task: MetricTask, metric: string): boolean =>
  task === 'binary' || task === 'multiclass'
    ? findMetric(task, metric) !== null && metric !== 'calibration_error'
    : task === 'regression' && Object.hasOwn(LOSSES, metric);

/**
 * `periods`: the number of the period of each reference row; consecutive rows of as much time as a cohort has, so that their
 * residuals are like those of cohorts. Null where the metric cannot be estimated, or the reference has one class only.
 */
export function fitEstimator(
  inputs: EstimatorInputs,
  periods: Int32Array,
  metric: string,
): AccuracyEstimator | null {
  const { rows } = inputs;
  const definition = isEstimable(rows.task, metric) ? findMetric(rows.task, metric) : null;
  if (definition === null || rowCount(rows) === 0) return null;
  const realised = definition.measure(rows);
  if (!Number.isFinite(realised.value)) return null;
  const everyRow = Array.from({ length: rowCount(rows) }, (_, i) => i);
  const learnt = learn(inputs, metric, everyRow);
  if (learnt === null) return null;
  const effective = effectiveSize(rows.weight);
  return {
    schema: 1,
    task: rows.task,
    metric,
    learnt,
    reference: { ...readMetric(rows, definition), rows: rowCount(rows) },
    residuals: residualsOf(inputs, periods, metric, definition),
    rowVariance: measurementVariance(realised, rows.weight) * effective,
  };
}

function residualsOf(
  inputs: EstimatorInputs,
  periods: Int32Array,
  metric: string,
  definition: AccuracyMetric,
): readonly EstimateResidual[] {
  return [...new Set(periods)].flatMap((period) => {
    const [inside, outside]: [number[], number[]] = [[], []];
    periods.forEach((of, i) => {
      (of === period ? inside : outside).push(i);
    });
    const learnt = learn(inputs, metric, outside);
    if (learnt === null) return [];
    const left = take(inputs, inside);
    const value = definition.measure(left.rows).value - expectation(learnt, metric, left).value;
    return Number.isFinite(value) ? [{ value, size: effectiveSize(left.rows.weight) }] : [];
  });
}

const take = ({ rows, features }: EstimatorInputs, indices: readonly number[]): EstimatorInputs => ({
  rows: selectRows(rows, indices),
  features: features.map((column) =>
    column.kind === 'number'
      ? { ...column, values: Float64Array.from(indices, (i) => elementAt(column.values, i)) }
      : { ...column, values: indices.map((i) => elementAt(column.values, i)) },
  ),
});

function learn(inputs: EstimatorInputs, metric: string, indices: readonly number[]): Learnt | null {
  const { rows } = inputs;
  if (rows.task === 'binary') {
    if (rows.score === null) return null;
    return { kind: 'chances', curves: [calibrationCurve(rows.score, rows.truth, rows.weight, indices)] };
  }
  if (rows.task === 'multiclass') {
    const { probabilities, classes, truth, weight } = rows;
    if (probabilities === null) return null;
    const curves = classes.map((_, k) => {
      const score = Float64Array.from(weight, (_w, i) => elementAt(probabilities, i * classes.length + k));
      return calibrationCurve(
        score,
        Float64Array.from(truth, (t) => Number(t === k)),
        weight,
        indices,
      );
    });
    return { kind: 'chances', curves };
  }
  if (rows.task !== 'regression') return null;
  const loss = rows.truth.map((t, i) => valueOfKey(LOSSES, metric).of(elementAt(rows.predicted, i) - t, t));
  return { kind: 'loss', model: fitLossModel(withPrediction(inputs), loss, rows.weight, indices) };
}

const withPrediction = ({ rows, features }: EstimatorInputs): readonly FeatureColumn[] =>
  rows.task === 'regression'
    ? [{ name: '(prediction)', kind: 'number', values: rows.predicted }, ...features]
    : features;

/** The same rows with chances for labels; null where there is no score. */
export function withProbabilities(learnt: Learnt, rows: MetricRows): MetricRows | null {
  if (learnt.kind !== 'chances') return null;
  if (rows.task === 'binary')
    return rows.score === null
      ? null
      : { ...rows, truth: rows.score.map((s) => calibratedProbability(learnt.curves[0] ?? null, s)) };
  if (rows.task !== 'multiclass' || rows.probabilities === null) return null;
  return { ...rows, truth: calibratedProbabilities(learnt.curves, rows.probabilities, rows.classes.length) };
}

/** What is to be expected of rows whose truth is not looked at. */
function expectation(learnt: Learnt, metric: string, inputs: EstimatorInputs): MetricMeasurement {
  const { rows } = inputs;
  if (learnt.kind === 'loss') {
    const losses = expectedLoss(learnt.model, withPrediction(inputs), rowCount(rows));
    return valueOfKey(LOSSES, metric).link(weightedMean(losses, rows.weight));
  }
  const expected = withProbabilities(learnt, rows);
  return expected === null ? UNKNOWN_MEASUREMENT : metricNamed(expected.task, metric).measure(expected);
}

/** With influences, for corrections by the labels that there are. */
export const expectedMetric = (
  { learnt, metric }: AccuracyEstimator,
  inputs: EstimatorInputs,
): MetricMeasurement => expectation(learnt, metric, inputs);

export interface AccuracyEstimate {
  readonly value: number;
  /** Null where the reference has too few periods to say how far off it may be. */
  readonly band: ErrorBand | null;
  readonly rows: number;
}

const LEVEL = 0.95;

/** `later`: residuals of cohorts that came before this one and whose labels have come, oldest first. */
export function estimateAccuracy(
  estimator: AccuracyEstimator,
  inputs: EstimatorInputs,
  later: readonly EstimateResidual[] = [],
  level = LEVEL,
): AccuracyEstimate {
  const { value } = expectedMetric(estimator, inputs);
  const { range } = metricNamed(estimator.task, estimator.metric);
  const band = residualBand(value, [...estimator.residuals, ...later], {
    range,
    rowVariance: estimator.rowVariance,
    size: effectiveSize(inputs.rows.weight),
    level,
  });
  return { value, band, rows: rowCount(inputs.rows) };
}
