import type { StepBase } from './step-base.ts';
import type { LabelSet, Matrix } from './tensor.ts';

/** Joint log likelihood `x · featureLogProbᵀ + classLogPrior`; probabilities by log-sum-exp. */
export interface MultinomialNbStep extends StepBase {
  readonly kind: 'multinomial-nb';
  /** [classes, features] */
  readonly featureLogProb: Matrix;
  readonly classLogPrior: Float64Array;
  readonly classes: LabelSet;
}
