import type { MultinomialNbStep } from '../../model/naive-bayes.ts';
import type { EstimatorView } from './view.ts';

export function readMultinomialNb(view: EstimatorView): MultinomialNbStep {
  const classes = view.labels('classes_');
  const featureLogProb = view.matrix('feature_log_prob_');
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
