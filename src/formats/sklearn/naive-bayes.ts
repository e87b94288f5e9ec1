import type { MultinomialNbStep } from '../../model/naive-bayes.ts';
import type { EstimatorView } from './view.ts';

export function readMultinomialNb(view: EstimatorView): MultinomialNbStep {
  const classes = view.labels('classes_');
  const featureLogProb = view.matrix('feature_log_prob_');
  if (classes.values.length === 1 && featureLogProb.rows === 2)
    throw view.unsupported(
      'classes_',
      'one class, with the counts of two (releases before 1.0)',
      'two or more are',
    );
  const classLogPrior = view.vector('class_log_prior_', classes.values.length);
  if (featureLogProb.rows !== classes.values.length) {
    throw view.invalid(
      'feature_log_prob_',
      `${featureLogProb.rows} rows`,
      `${classes.values.length}, one a class`,
    );
  }
  return {
    kind: 'multinomial-nb',
    ...view.base(featureLogProb.cols),
    featureLogProb,
    classLogPrior,
    classes,
  };
}
