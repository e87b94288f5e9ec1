import type { MultinomialNbStep } from '../../model/naive-bayes.ts';
import { checkWidth, type EvaluatorContext, refuseShape, type StepEvaluator } from './evaluator.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows, logSumExpRows } from './links.ts';
import { prepareProduct } from './product.ts';

/** Joint log likelihood `x · featureLogProbᵀ + classLogPrior`; `predict_proba` exp(jll - logsumexp(jll)). */
export function prepareMultinomialNb(step: MultinomialNbStep, { names }: EvaluatorContext): StepEvaluator {
  const { rows: classes, cols: features } = step.featureLogProb;
  if (step.classes.values.length !== classes)
    refuseShape(step, 'classes_', step.classes.values.length, classes);
  if (step.classLogPrior.length !== classes)
    refuseShape(step, 'class_log_prior_', step.classLogPrior.length, classes);
  const product = prepareProduct(step.featureLogProb, step.classLogPrior, names);
  const take = prepareLabels(step.classes);
  return {
    outputs: (input) => {
      checkWidth(input, features);
      const scores = product(input);
      const data = logSumExpRows(scores, input.rows, classes);
      return {
        predict: take(argmaxRows(scores, input.rows, classes)),
        predict_proba: { dtype: 'float64', shape: [input.rows, classes], data },
      };
    },
  };
}
