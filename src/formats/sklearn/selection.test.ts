import { expect, test } from 'vitest';
import type { ColumnTransformerStep } from '../../model/step.ts';
import { readerOf } from './registry.ts';
import { floats, instance, int, records, testReading } from './testing/values.ts';

function read(name: string, fitted: Readonly<Record<string, unknown>>): ColumnTransformerStep {
  const full = `sklearn.feature_selection.${name}`;
  const step = readerOf(full)!(testReading().view(instance(full, fitted), ''));
  return step as ColumnTransformerStep;
}

const columnsOf = (step: ColumnTransformerStep): readonly number[] => step.branches[0]!.columns;

test('of equal scores the best k are the last ones, a percentile keeps the first, and missing ones are the least', () => {
  const scores_ = floats([2, Number.NaN, 2, 2, 1]);
  expect(columnsOf(read('SelectKBest', { k: int(2), scores_ }))).toEqual([2, 3]);
  expect(columnsOf(read('SelectPercentile', { percentile: int(40), scores_ }))).toEqual([0, 2]);
  expect(columnsOf(read('SelectKBest', { k: int(5), scores_ }))).toEqual([0, 1, 2, 3, 4]);
});

test.each([
  ['SelectKBest', { k: int(0), scores_: floats([1, 2]) }, /no column/],
  ['SelectKBest', { k: int(-1), scores_: floats([1, 2]) }, /count/],
  ['SelectPercentile', { percentile: 101, scores_: floats([1, 2]) }, /0 to 100/],
  ['SelectFpr', { alpha: 0.5, pvalues_: floats([0.1, 0.2]), n_features_in_: int(3) }, /n_features_in_/],
])('%s of %o is refused', (name, fitted, message) => {
  expect(() => read(name, fitted)).toThrow(message);
});

const ridge = (state: Readonly<Record<string, unknown>>) =>
  instance('sklearn.linear_model._ridge.Ridge', state);

test('importances go by |coef_|, against their mean, a multiple of the median, or 1e-5 where a fit leaves zeros', () => {
  const estimator_ = ridge({ coef_: floats([1, -4, 0, 2]) });
  const fitted = { estimator: estimator_, estimator_ };
  expect(columnsOf(read('SelectFromModel', fitted))).toEqual([1, 3]);
  expect(columnsOf(read('SelectFromModel', { ...fitted, threshold: '0.5*median' }))).toEqual([0, 1, 3]);
  const lasso = instance('sklearn.linear_model.Lasso', { coef_: floats([1, -4, 0, 1e-6]) });
  expect(columnsOf(read('SelectFromModel', { estimator: lasso, estimator_: lasso }))).toEqual([0, 1]);
});

const tree = (nodes: unknown) =>
  instance('sklearn.tree._classes.DecisionTreeRegressor', {
    n_features_in_: int(2),
    tree_: instance('sklearn.tree._tree.Tree', { nodes }),
  });
const node = (left: readonly number[], feature: readonly number[]) =>
  records({
    left_child: left,
    right_child: left.map((child) => (child < 0 ? -1 : child + 1)),
    feature,
    impurity: left.map(() => 1),
    weighted_n_node_samples: left.map(() => 2),
  });

test.each([
  [
    'a getter in code',
    ridge({ coef_: floats([1]) }),
    { importance_getter: 'steps_.x.y' },
    /importance_getter/,
  ],
  ['a threshold in words', ridge({ coef_: floats([1]) }), { threshold: '2*mode' }, /threshold/],
  ['no importances', ridge({}), {}, /importances/],
  ['another norm', ridge({ coef_: floats([1, 2, 3, 4], [2, 2]) }), { norm_order: 3 }, /norm_order/],
  ['children that are not there', tree(node([7], [0])), {}, /nodes after their parent/],
  ['columns that are not there', tree(node([1, -1, -1], [2, 0, 0])), {}, /columns that exist/],
])('%s of SelectFromModel is refused', (_, estimator_, options, message) => {
  const fitted = { estimator: estimator_, estimator_, ...options };
  expect(() => read('SelectFromModel', fitted)).toThrow(message);
});

test('an estimator that does not say whether it takes missing values is refused', () => {
  const fitted = { support_: floats([1, 0]), estimator: instance('my.module.Model', {}) };
  expect(() => read('SequentialFeatureSelector', fitted)).toThrow(/estimator/);
});
