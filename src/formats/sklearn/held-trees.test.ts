import { expect, test } from 'vitest';
import { describeSklearn } from './describe.ts';
import { file, floats, instance, int, objects, records, tuple } from './testing/values.ts';

/** A tree of one leaf over `columns` columns. */
const leaf = (columns: number, values: readonly number[]) =>
  instance(
    'sklearn.tree._tree.Tree',
    {
      ...{ max_depth: int(0), node_count: int(1), values: floats(values, [1, 1, values.length]) },
      nodes: records({
        ...{ left_child: [-1], right_child: [-1], feature: [-2], threshold: [-2] },
        ...{ impurity: [0], n_node_samples: [3], weighted_n_node_samples: [3] },
      }),
    },
    [int(columns), floats([values.length]), int(1)],
  );

const regressor = (columns = 2) =>
  instance('sklearn.tree._classes.ExtraTreeRegressor', { tree_: leaf(columns, [0]) });
const classifier = (classes: readonly number[]) =>
  instance('sklearn.tree._classes.DecisionTreeClassifier', {
    ...{
      tree_: leaf(
        2,
        classes.map(() => 1),
      ),
      classes_: objects(...classes.map(int)),
      n_outputs_: int(1),
    },
  });
const linear = instance('sklearn.linear_model._ridge.Ridge', { coef_: floats([1, 2]), intercept_: 0 });

/** What stands in the way of an ensemble, or the code of what it is refused with. */
function refusalOf(name: string, attributes: Readonly<Record<string, unknown>>): string {
  const model = instance(`sklearn.ensemble.${name}`, {
    ...{ n_features_in_: int(2), _sklearn_version: '1.6.1' },
    ...attributes,
  });
  try {
    return describeSklearn(file(model))
      .blockers.map(({ field, found }) => `${field}: ${found}`)
      .join('; ');
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

const two = objects('no', 'yes');

test.each([
  [
    'of trees of other widths',
    { estimators_: [regressor(2), regressor(3)], estimator_weights_: floats([1, 1]) },
  ],
  [
    'with fewer weights than trees',
    { estimators_: [regressor(), regressor()], estimator_weights_: floats([1]) },
  ],
  ['without estimators', { estimators_: [], estimator_weights_: floats([]) }],
])('an AdaBoostRegressor %s is refused', (_, attributes) => {
  expect(refusalOf('_weight_boosting.AdaBoostRegressor', attributes)).not.toBe('');
});

test.each([
  ['of one class', { classes_: objects('only'), estimators_: [classifier([0])] }],
  ['of trees with more classes', { classes_: two, estimators_: [classifier([0, 1, 2])] }],
  ['of a regressor', { classes_: two, estimators_: [linear] }],
])('an AdaBoostClassifier %s is refused', (_, attributes) => {
  const weights = { estimator_weights_: floats([1]) };
  expect(refusalOf('_weight_boosting.AdaBoostClassifier', { ...weights, ...attributes })).not.toBe('');
});

test.each([
  ['with columns that are not there', { estimators_features_: [floats([0, 7])] }],
  ['with fewer columns than its tree', { estimators_features_: [floats([0])] }],
  ['with columns of no estimator', { estimators_features_: [floats([0, 1]), floats([0, 1])] }],
])('a BaggingRegressor %s is refused', (_, attributes) => {
  expect(refusalOf('_bagging.BaggingRegressor', { estimators_: [regressor()], ...attributes })).toBe(
    'MODEL_INVALID',
  );
});

test('a bag whose trees know classes that it does not is refused', () => {
  const held = { classes_: two, estimators_: [classifier([0, 5])], estimators_features_: [floats([0, 1])] };
  expect(refusalOf('_bagging.BaggingClassifier', held)).toBe('MODEL_INVALID');
});

const isolation = {
  ...{ estimators_: [regressor()], estimators_features_: [floats([0, 1])], offset_: -0.5 },
  ...{ _max_features: int(2), _max_samples: int(3) },
};

test.each([
  ['of one row', { _max_samples: int(1) }],
  ['of other estimators', { estimators_: [linear] }],
  ['with depths of other nodes', { _decision_path_lengths: [floats([1, 2])] }],
])('an IsolationForest %s is refused', (_, attributes) => {
  expect(refusalOf('_iforest.IsolationForest', isolation)).toBe('');
  expect(refusalOf('_iforest.IsolationForest', { ...isolation, ...attributes })).not.toBe('');
});

test.each([
  ['with a method too many', { stack_method_: ['predict', 'predict'] }],
  ['with a method that is none', { stack_method_: ['transform'] }],
  ['whose final estimator is wider than what is predicted', { final_estimator_: linear }],
])('a StackingRegressor %s is refused', (_, attributes) => {
  const final = instance('sklearn.linear_model._ridge.Ridge', { coef_: floats([1]), intercept_: 0 });
  const stack = {
    ...{ estimators: [tuple('one', linear)], estimators_: [linear], stack_method_: ['predict'] },
    ...{ final_estimator_: final, n_features_in_: int(2) },
  };
  expect(refusalOf('_stacking.StackingRegressor', stack)).toBe('');
  expect(refusalOf('_stacking.StackingRegressor', { ...stack, ...attributes })).not.toBe('');
});
