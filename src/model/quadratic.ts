import { needsNumbers } from './column-need.ts';
import { classSpec, decisionSpec, labelSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import { type LabelSet, type Matrix, matrixColumns } from './tensor.ts';

/**
 * A normal distribution a class: `score_c = offset_c - ½·d²_c`, where d_c is the distance of x from the mean of the
 * class in units of its covariance; `predict`: argmax; `predict_proba`: softmax of the scores. (Hastie, Tibshirani,
 * Friedman, The Elements of Statistical Learning, 4.3.)
 */
export interface QuadraticClassifierStep extends StepBase {
  readonly kind: 'quadratic-classifier';
  /** [classes, features] */
  readonly means: Matrix;
  readonly covariance: ClassCovariance;
  readonly offsets: Float64Array;
  readonly classes: LabelSet;
  /** Whether it has `decision_function`, of two classes the difference of their scores. */
  readonly decides: boolean;
}

export type ClassCovariance =
  /** `d² = Σ (x - mean)² / variance`; variances: [classes, features]. */
  | { readonly kind: 'diagonal'; readonly variances: Matrix }
  /** `d² = ‖axes · (x - mean)‖²`; axes, one a class: [rank, features]. */
  | { readonly kind: 'axes'; readonly axes: readonly Matrix[] };

export const QUADRATIC_STEPS: StepDescriptions<QuadraticClassifierStep> = {
  'quadratic-classifier': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: ({ classes, decides }) => [
      labelSpec(classes),
      classSpec('predict_proba', classes),
      ...(decides ? [decisionSpec(classes)] : []),
    ],
    rounding: 'sum',
    tried: ({ means }) => matrixColumns(means, means.rows),
  },
};
