import { needsNumbers } from './column-need.ts';
import { classSpec, labelSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import type { LabelSet, Matrix } from './tensor.ts';

/** Joint log likelihood `x · featureLogProbᵀ + classLogPrior`; probabilities by log-sum-exp. */
export interface MultinomialNbStep extends StepBase {
  readonly kind: 'multinomial-nb';
  /** [classes, features] */
  readonly featureLogProb: Matrix;
  readonly classLogPrior: Float64Array;
  readonly classes: LabelSet;
}

export const NAIVE_BAYES_STEPS: StepDescriptions<MultinomialNbStep> = {
  'multinomial-nb': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: ({ classes }) => [labelSpec(classes), classSpec('predict_proba', classes)],
    rounding: 'sum',
    tried: ({ featureLogProb }) => Array.from({ length: featureLogProb.cols }, () => [0, 1, 2]),
  },
};
