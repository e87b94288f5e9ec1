import { expect, test } from 'vitest';
import { NAIVE_BAYES_FAMILIES } from './naive-bayes.ts';
import { objectionTo, readAs } from './testing/read.ts';
import { floats, objects, py } from './testing/values.ts';

const read = (name: string, attributes: Record<string, unknown>) =>
  readAs(NAIVE_BAYES_FAMILIES, name, attributes);

const TWO = { classes_: objects('a', 'b'), class_log_prior_: floats([-0.7, -0.7]) };
const counts = { ...TWO, feature_log_prob_: floats([-1, -2, -3, -1, -2, -3], [2, 3]) };
const gaussian = {
  classes_: objects('a', 'b'),
  class_prior_: floats([0.5, 0.5]),
  theta_: floats([0, 1, 2, 3], [2, 2]),
  var_: floats([1, 1, 1, 1], [2, 2]),
};

test('ComplementNB takes no prior where there are two classes or more', () => {
  expect(read('ComplementNB', counts)).toMatchObject({ classLogPrior: new Float64Array(2) });
});

test('BernoulliNB is a sum over cells above its threshold, or over cells as they are', () => {
  expect(read('BernoulliNB', { ...counts, binarize: 0.5 })).toMatchObject({ threshold: 0.5 });
  expect(read('BernoulliNB', { ...counts, binarize: null })).not.toHaveProperty('threshold');
});

test('GaussianNB keeps variances in var_, before 1.0 in sigma_', () => {
  const { var_, ...older } = gaussian;
  expect(read('GaussianNB', { ...older, sigma_: var_ })).toEqual(read('GaussianNB', gaussian));
});

test.each([
  ['MultinomialNB', { ...counts, class_log_prior_: floats([-1]) }, 'class_log_prior_'],
  ['MultinomialNB', { ...counts, feature_log_prob_: floats([-1, -2], [1, 2]) }, 'feature_log_prob_'],
  ['CategoricalNB', { ...TWO, feature_log_prob_: py([floats([-1, -2, -3], [3, 1])]) }, 'feature_log_prob_'],
  ['CategoricalNB', { ...TWO, feature_log_prob_: py([floats([], [2, 0])]) }, 'feature_log_prob_'],
  ['CategoricalNB', { ...TWO, feature_log_prob_: py([py('words')]) }, 'feature_log_prob_[0]'],
  ['GaussianNB', { ...gaussian, var_: floats([1, 1, 1, 1, 1, 1], [2, 3]) }, 'var_'],
  ['GaussianNB', { ...gaussian, var_: floats([1, 1], [1, 2]) }, 'var_'],
  ['GaussianNB', { ...gaussian, theta_: floats([0, 1], [1, 2]) }, 'theta_'],
  ['GaussianNB', { ...gaussian, class_prior_: floats([1]) }, 'class_prior_'],
])('%s whose arrays disagree is refused', (name, attributes, field) => {
  expect(() => read(name, attributes)).toThrowError(objectionTo(field));
});
