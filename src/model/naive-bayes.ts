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
  /** Where set, x is 1 for a cell above it, else 0 (BernoulliNB). */
  readonly threshold?: number;
}

/**
 * Joint log likelihood `classLogPrior + Σⱼ tables[j][trunc xⱼ]`, summed in the order of the columns; probabilities by
 * log-sum-exp. A cell that is no category, an integer from 0 on, is refused.
 */
export interface CategoricalNbStep extends StepBase {
  readonly kind: 'categorical-nb';
  /** One a column: [categories, classes]. */
  readonly tables: readonly Matrix[];
  readonly classLogPrior: Float64Array;
  readonly classes: LabelSet;
}

const classifier = {
  ...PREDICTOR,
  needs: needsNumbers,
  outputs: ({ classes }: { readonly classes: LabelSet }) => [
    labelSpec(classes),
    classSpec('predict_proba', classes),
  ],
  rounding: 'sum',
} as const;

/** Categories of a column that are tried. */
const MAX_TRIED = 8;

export const NAIVE_BAYES_STEPS: StepDescriptions<MultinomialNbStep | CategoricalNbStep> = {
  'multinomial-nb': {
    ...classifier,
    tried: ({ featureLogProb, threshold = 0 }) =>
      Array.from({ length: featureLogProb.cols }, () => [threshold, threshold + 1, threshold + 2]),
  },
  'categorical-nb': {
    ...classifier,
    tried: ({ tables }) =>
      tables.map(({ rows }) => Array.from({ length: Math.min(rows, MAX_TRIED) }, (_, k) => k)),
  },
};
