import type { CategoricalNbStep, MultinomialNbStep } from '../../model/naive-bayes.ts';
import type { QuadraticClassifierStep } from '../../model/quadratic.ts';
import { type Matrix, transposedMatrix } from '../../model/tensor.ts';
import { type Family, family } from './family.ts';
import type { EstimatorView } from './view.ts';

function readMultinomialNb(view: EstimatorView): MultinomialNbStep {
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

/** ComplementNB knows of no prior unless there is a single class (`_joint_log_likelihood`). */
function readComplementNb(view: EstimatorView): MultinomialNbStep {
  const step = readMultinomialNb(view);
  const { length } = step.classes.values;
  return length === 1 ? step : { ...step, classLogPrior: new Float64Array(length) };
}

/**
 * BernoulliNB: `Σ xⱼ·log pⱼ + (1 - xⱼ)·log(1 - pⱼ)` as a sum of weighted columns and a constant, as the library
 * computes it.
 */
function readBernoulliNb(view: EstimatorView): MultinomialNbStep {
  const step = readMultinomialNb(view);
  const { rows, cols, data } = step.featureLogProb;
  const absent = data.map((logProb) => Math.log(1 - Math.exp(logProb)));
  const weights = data.map((logProb, k) => logProb - absent[k]!);
  const constant = step.classLogPrior.map(
    (prior, row) => prior + absent.subarray(row * cols, (row + 1) * cols).reduce((sum, one) => sum + one, 0),
  );
  const binarize = view.get('binarize');
  return {
    ...step,
    featureLogProb: { rows, cols, data: weights },
    classLogPrior: constant,
    ...(binarize === undefined || binarize === null ? {} : { threshold: view.number('binarize') }),
  };
}

function readCategoricalNb(view: EstimatorView): CategoricalNbStep {
  const classes = view.labels('classes_');
  const count = classes.values.length;
  const tables = view.matrices('feature_log_prob_').map(transposedMatrix);
  const odd = tables.find(({ rows, cols }) => cols !== count || rows === 0);
  if (odd !== undefined)
    throw view.invalid('feature_log_prob_', `a table ${odd.cols}×${odd.rows}`, `${count} rows, one a class`);
  return {
    kind: 'categorical-nb',
    ...view.base(tables.length),
    tables,
    classLogPrior: view.vector('class_log_prior_', count),
    classes,
  };
}

/** GaussianNB; `var_` was `sigma_` before 1.0. */
function readGaussianNb(view: EstimatorView): QuadraticClassifierStep {
  const classes = view.labels('classes_');
  const { length } = classes.values;
  const means = view.matrix('theta_');
  const field = view.has('var_') ? 'var_' : 'sigma_';
  const variances = view.matrix(field, means.cols);
  if (means.rows !== length) throw view.invalid('theta_', `${means.rows} rows`, `${length}, one a class`);
  if (variances.rows !== length)
    throw view.invalid(field, `${variances.rows} rows`, `${length}, one a class`);
  const priors = view.vector('class_prior_', length);
  return {
    kind: 'quadratic-classifier',
    ...view.base(means.cols),
    means,
    covariance: { kind: 'diagonal', variances },
    offsets: priors.map((prior, row) => Math.log(prior) - 0.5 * logOfVariances(variances, row)),
    classes,
    decides: false,
  };
}

/** `Σ log(2π·variance)` of a class. */
const logOfVariances = ({ cols, data }: Matrix, row: number): number =>
  data
    .subarray(row * cols, (row + 1) * cols)
    .reduce((sum, variance) => sum + Math.log(2 * Math.PI * variance), 0);

export const NAIVE_BAYES_FAMILIES: readonly Family[] = [
  family('naive_bayes', readMultinomialNb, 'MultinomialNB'),
  family('naive_bayes', readComplementNb, 'ComplementNB'),
  family('naive_bayes', readBernoulliNb, 'BernoulliNB'),
  family('naive_bayes', readCategoricalNb, 'CategoricalNB'),
  family('naive_bayes', readGaussianNb, 'GaussianNB'),
];
