import { needsNumbers } from './column-need.ts';
import { decisionSpec, labelSpec, numberSpec, probabilitySpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import type { LabelSet, Matrix } from './tensor.ts';

/** `x · coefᵀ + intercept`; coef: [targets, features]. */
export interface LinearRegressorStep extends StepBase {
  readonly kind: 'linear-regressor';
  readonly coef: Matrix;
  readonly intercept: Float64Array;
  /** True where `predict` is `[N]` (a single 1-D target), false for `[N, targets]`. */
  readonly flat: boolean;
}

/**
 * How `predict_proba` follows from the decision d (d: [N] binary, [N, classes] otherwise):
 * - `sigmoid`: [1 - σ(d), σ(d)]; `ovr`: σ(d) divided by its row sum (binary: as sigmoid), NaN where every σ is 0;
 * - `ovr-uniform`: the same, but uniform where every σ is 0 (scikit-learn 1.9);
 * - `softmax`: softmax(d); binary with explicit multinomial: softmax([-d, d]);
 * - `modified-huber`: (clip(d, -1, 1) + 1) / 2, normalised, uniform where all are zero (SGDClassifier);
 * - null: the estimator has no `predict_proba`.
 */
export type LinearProbability = 'sigmoid' | 'ovr' | 'ovr-uniform' | 'softmax' | 'modified-huber' | null;

/** Binary: one row of coef, `d > 0` is class 1. Otherwise one row a class, argmax. */
export interface LinearClassifierStep extends StepBase {
  readonly kind: 'linear-classifier';
  readonly coef: Matrix;
  readonly intercept: Float64Array;
  readonly classes: LabelSet;
  readonly probability: LinearProbability;
}

export const LINEAR_STEPS: StepDescriptions<LinearRegressorStep | LinearClassifierStep> = {
  'linear-regressor': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: ({ flat, coef }) => [numberSpec('predict', flat ? null : coef.rows)],
    rounding: 'sum',
  },
  'linear-classifier': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: ({ classes, probability }) => [
      labelSpec(classes),
      ...(probability === null ? [] : [probabilitySpec(classes)]),
      decisionSpec(classes),
    ],
    rounding: 'sum',
  },
};
