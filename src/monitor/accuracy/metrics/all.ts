/** Every metric of accuracy by its name: of which task, which way is better, where its bounds are. Pure. */
import type { ConfidenceInterval } from '../../../rollout/metric/moments.ts';
import * as binary from './binary.ts';
import { intervalOf, type Range } from './interval.ts';
import { effectiveSize, type Measured, weightedMean } from './measured.ts';
import * as multiclass from './multiclass.ts';
import * as ranking from './ranking.ts';
import * as regression from './regression.ts';
import type { Rows, RowsOf, Task } from './rows.ts';

export interface Metric<T extends Task = Task> {
  readonly task: T;
  readonly better: 'higher' | 'lower' | 'zero';
  readonly range: Range;
  /** A mean of zeros and ones, or a ratio of such sums of which one contains the other. */
  readonly share: boolean;
  readonly measure: (rows: RowsOf<T>) => Measured;
}

const UNIT: Range = [0, 1];
const POSITIVE: Range = [0, Number.POSITIVE_INFINITY];
const ANY: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

const metric = <T extends Task>(
  task: T,
  better: Metric['better'],
  range: Range,
  measure: Metric<T>['measure'],
  share = false,
): Metric<T> => ({ task, better, range, share, measure });

const BINARY = {
  accuracy: metric('binary', 'higher', UNIT, binary.binaryAccuracy, true),
  precision: metric('binary', 'higher', UNIT, binary.precision, true),
  recall: metric('binary', 'higher', UNIT, binary.recall, true),
  specificity: metric('binary', 'higher', UNIT, binary.specificity, true),
  f1: metric('binary', 'higher', UNIT, binary.f1),
  auc: metric('binary', 'higher', UNIT, binary.auc),
  average_precision: metric('binary', 'higher', UNIT, binary.binaryAveragePrecision),
  logloss: metric('binary', 'lower', POSITIVE, binary.binaryLogLoss),
  brier: metric('binary', 'lower', UNIT, binary.brier),
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

export const METRICS = { binary: BINARY, multiclass: MULTICLASS, regression: REGRESSION, ranking: RANKING };

/** `ndcg@5` is the first five; null where the task has no metric of that name. Every name is one of feedback for `value`. */
export function metricOf(task: Task, name: string): Metric | null {
  if (task === 'value') return VALUE as unknown as Metric;
  const [, family, k] = (task === 'ranking' ? AT_K.exec(name) : null) ?? [];
  if (family !== undefined) {
    const measure = family === 'ndcg' ? ranking.ndcg(Number(k)) : ranking.hitRate(Number(k));
    return metric('ranking', 'higher', UNIT, measure) as unknown as Metric;
  }
  const metrics = METRICS[task] as unknown as Readonly<Record<string, Metric>>;
  return Object.hasOwn(metrics, name) ? metrics[name]! : null;
}

/** A metric as people read it: with its interval, and how many rows it rests on. */
export interface Reading {
  readonly value: number;
  readonly interval: ConfidenceInterval;
  /** Rows, and how many of equal weight they are worth. */
  readonly rows: number;
  readonly effective: number;
}

const LEVEL = 0.95;
/** Resampling begins here, so that the same rows read the same. */
const SEED = 1;

export function read(rows: Rows, { measure, range, share }: Metric, level = LEVEL): Reading {
  const measured = measure(rows);
  const interval = intervalOf(rows, measure, measured, { range, share, level, seed: SEED });
  return { value: measured.value, interval, rows: rows.weight.length, effective: effectiveSize(rows.weight) };
}
