/** Every metric of accuracy by its name: of which task, which way is better, where its bounds are. Pure. */
import { valueOfKey } from '../../../core/element-at.ts';
import type { ConfidenceInterval } from '../../../statistics/confidence-interval.ts';
import * as binary from './binary.ts';
import { type MetricRange, metricInterval } from './metric-interval.ts';
import { effectiveSize, type MetricMeasurement, weightedMean } from './metric-measurement.ts';
import type { MetricRows, MetricTask, RowsOfTask } from './metric-rows.ts';
import * as multiclass from './multiclass.ts';
import * as ranking from './ranking.ts';
import * as regression from './regression.ts';

export interface AccuracyMetric<T extends MetricTask = MetricTask> {
  readonly task: T;
  readonly better: 'higher' | 'lower' | 'zero';
  readonly range: MetricRange;
  /** A mean of zeros and ones, or a ratio of such sums of which one contains the other. */
  readonly share: boolean;
  readonly measure: (rows: RowsOfTask<T>) => MetricMeasurement;
}

const UNIT: MetricRange = [0, 1];
const POSITIVE: MetricRange = [0, Number.POSITIVE_INFINITY];
const ANY: MetricRange = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

const metric = <T extends MetricTask>(
  task: T,
  better: AccuracyMetric['better'],
  range: MetricRange,
  measure: AccuracyMetric<T>['measure'],
  share = false,
): AccuracyMetric<T> => ({ task, better, range, share, measure });

const BINARY = {
  accuracy: metric('binary', 'higher', UNIT, binary.binaryAccuracy, true),
  precision: metric('binary', 'higher', UNIT, binary.precision, true),
  recall: metric('binary', 'higher', UNIT, binary.recall, true),
  specificity: metric('binary', 'higher', UNIT, binary.specificity, true),
  f1: metric('binary', 'higher', UNIT, binary.f1),
  auc: metric('binary', 'higher', UNIT, binary.auc),
  average_precision: metric('binary', 'higher', UNIT, binary.binaryAveragePrecision),
  logloss: metric('binary', 'lower', POSITIVE, binary.binaryLogLoss),
  brier: metric('binary', 'lower', UNIT, binary.brierScore),
  calibration_error: metric('binary', 'lower', UNIT, binary.calibrationError),
};

const MULTICLASS = {
  accuracy: metric('multiclass', 'higher', UNIT, multiclass.multiclassAccuracy, true),
  f1: metric('multiclass', 'higher', UNIT, multiclass.macroF1),
  macro_f1: metric('multiclass', 'higher', UNIT, multiclass.macroF1),
  weighted_f1: metric('multiclass', 'higher', UNIT, multiclass.weightedF1),
  auc: metric('multiclass', 'higher', UNIT, multiclass.ovrAuc),
  weighted_auc: metric('multiclass', 'higher', UNIT, multiclass.weightedOvrAuc),
  logloss: metric('multiclass', 'lower', POSITIVE, multiclass.multiclassLogLoss),
};

const REGRESSION = {
  mae: metric('regression', 'lower', POSITIVE, regression.mae),
  mse: metric('regression', 'lower', POSITIVE, regression.mse),
  rmse: metric('regression', 'lower', POSITIVE, regression.rmse),
  mape: metric('regression', 'lower', POSITIVE, regression.mape),
  r2: metric('regression', 'higher', [Number.NEGATIVE_INFINITY, 1], regression.r2),
  bias: metric('regression', 'zero', ANY, regression.bias),
};

const RANKING = {
  ndcg: metric('ranking', 'higher', UNIT, ranking.ndcg(10)),
  mrr: metric('ranking', 'higher', UNIT, ranking.reciprocalRank),
  hit_rate: metric('ranking', 'higher', UNIT, ranking.hitRate(10)),
};

const AT_K = /^(ndcg|hit_rate)@([1-9][0-9]{0,3})$/;

/** Of feedback: higher is better, as for revenue, unless people say otherwise. */
const VALUE = metric('value', 'higher', ANY, ({ values, weight }) => weightedMean(values, weight));

export const ACCURACY_METRICS = {
  binary: BINARY,
  multiclass: MULTICLASS,
  regression: REGRESSION,
  ranking: RANKING,
};

/** `ndcg@5` is the first five; null where the task has no metric of that name. Every name is one of feedback for `value`. */
export function findMetric(task: MetricTask, name: string): AccuracyMetric | null {
  if (task === 'value') return VALUE as unknown as AccuracyMetric;
  const [, family, k] = (task === 'ranking' ? AT_K.exec(name) : null) ?? [];
  if (family !== undefined) {
    const measure = family === 'ndcg' ? ranking.ndcg(Number(k)) : ranking.hitRate(Number(k));
    return metric('ranking', 'higher', UNIT, measure) as unknown as AccuracyMetric;
  }
  const metrics = ACCURACY_METRICS[task] as unknown as Readonly<Record<string, AccuracyMetric>>;
  return Object.hasOwn(metrics, name) ? valueOfKey(metrics, name) : null;
}

/** A metric that was found before. Throws RangeError where there is none. */
export function metricNamed(task: MetricTask, name: string): AccuracyMetric {
  const found = findMetric(task, name);
  if (found === null) throw new RangeError(`there is no metric ${name} of the task ${task}`);
  return found;
}

/** A metric as people read it: with its interval, and how many rows it rests on. */
export interface MetricReading {
  readonly value: number;
  readonly interval: ConfidenceInterval;
  /** Rows, and how many of equal weight they are worth. */
  readonly rows: number;
  readonly effective: number;
}

const LEVEL = 0.95;
/** Resampling begins here, so that the same rows read the same. */
const SEED = 1;

export function readMetric(
  rows: MetricRows,
  { measure, range, share }: AccuracyMetric,
  level = LEVEL,
): MetricReading {
  const measured = measure(rows);
  const interval = metricInterval(rows, measure, measured, { range, share, level, seed: SEED });
  return { value: measured.value, interval, rows: rows.weight.length, effective: effectiveSize(rows.weight) };
}
