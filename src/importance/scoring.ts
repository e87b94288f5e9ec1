import * as binary from '../monitor/accuracy/metrics/binary.ts';
import type { MetricMeasurement } from '../monitor/accuracy/metrics/metric-measurement.ts';
import type { BinaryRows, MulticlassRows, RegressionRows } from '../monitor/accuracy/metrics/metric-rows.ts';
import * as multiclass from '../monitor/accuracy/metrics/multiclass.ts';
import * as regression from '../monitor/accuracy/metrics/regression.ts';

/**
 * What a score is made of: answered labels, a probability for each class, the score or the probability of the second of two, or
 * numbers. Metrics that fall as a model gets better have the sign -1.
 */
type ScoringRule = { readonly sign: 1 | -1 } & (
  | { readonly of: 'labels'; readonly measure: (rows: MulticlassRows) => MetricMeasurement }
  | { readonly of: 'probabilities'; readonly measure: (rows: MulticlassRows) => MetricMeasurement }
  | { readonly of: 'decision' | 'positive'; readonly measure: (rows: BinaryRows) => MetricMeasurement }
  | { readonly of: 'numbers'; readonly measure: (rows: RegressionRows) => MetricMeasurement }
);

const RULES = {
  accuracy: { of: 'labels', sign: 1, measure: multiclass.multiclassAccuracy },
  f1_macro: { of: 'labels', sign: 1, measure: multiclass.macroF1 },
  f1_weighted: { of: 'labels', sign: 1, measure: multiclass.weightedF1 },
  neg_log_loss: { of: 'probabilities', sign: -1, measure: multiclass.multiclassLogLoss },
  roc_auc_ovr: { of: 'probabilities', sign: 1, measure: multiclass.ovrAuc },
  roc_auc_ovr_weighted: { of: 'probabilities', sign: 1, measure: multiclass.weightedOvrAuc },
  roc_auc: { of: 'decision', sign: 1, measure: binary.auc },
  average_precision: { of: 'decision', sign: 1, measure: binary.binaryAveragePrecision },
  neg_brier_score: { of: 'positive', sign: -1, measure: binary.brierScore },
  r2: { of: 'numbers', sign: 1, measure: regression.r2 },
  neg_root_mean_squared_error: { of: 'numbers', sign: -1, measure: regression.rmse },
  neg_mean_squared_error: { of: 'numbers', sign: -1, measure: regression.mse },
  neg_mean_absolute_error: { of: 'numbers', sign: -1, measure: regression.mae },
  neg_mean_absolute_percentage_error: { of: 'numbers', sign: -1, measure: regression.mape },
} as const satisfies Readonly<Record<string, ScoringRule>>;

/** A score by its name in scikit-learn; higher is better. */
export type Scoring = keyof typeof RULES;
export const SCORINGS = Object.keys(RULES) as readonly Scoring[];

export const scoringRule = (name: Scoring): ScoringRule => RULES[name];
