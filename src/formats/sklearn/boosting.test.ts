import { expect, test } from 'vitest';
import { describeSklearn } from './describe.ts';
import { file, floats, instance, int, objects, records } from './testing/values.ts';

const leaf = instance(
  'sklearn.tree._tree.Tree',
  {
    ...{ max_depth: int(0), node_count: int(1), values: floats([0], [1, 1, 1]) },
    nodes: records({
      ...{ left_child: [-1], right_child: [-1], feature: [-2], threshold: [-2] },
      ...{ impurity: [0], n_node_samples: [1], weighted_n_node_samples: [1] },
    }),
  },
  [int(1), floats([1]), int(1)],
);

/** The score that an exponential GradientBoostingClassifier starts from, by the share of its second class. */
function priorOf(share: number, release: string): number {
  const classes_ = floats([0, 1]);
  const prior = floats([1 - share, share]);
  const tree = instance('sklearn.tree._classes.DecisionTreeRegressor', { tree_: leaf });
  const model = instance('sklearn.ensemble._gb.GradientBoostingClassifier', {
    ...{
      classes_,
      learning_rate: 0.1,
      loss: 'exponential',
      n_features_in_: int(1),
      _sklearn_version: release,
    },
    estimators_: { ...objects(tree), shape: [1, 1] },
    init_: instance('sklearn.dummy.DummyClassifier', {
      ...{ classes_, class_prior_: prior, n_outputs_: int(1), strategy: 'prior' },
    }),
  });
  const { content, blockers } = describeSklearn(file(model));
  expect(blockers).toEqual([]);
  const { root } = content as unknown as { root: { base: { scores: Float64Array } } };
  return root.base.scores[0]!;
}

test('exponential boosting of 1.4 and 1.5 starts from the logit of an older SciPy', () => {
  const share = 0.53;
  const quotient = 0.5 * Math.log(share / (1 - share));
  const s = 2 * (share - 0.5);
  const difference = 0.5 * (Math.log1p(s) - Math.log1p(-s));
  expect(quotient).not.toBe(difference);
  for (const release of ['1.3.2', '1.4.2', '1.5.2']) expect(priorOf(share, release)).toBe(quotient);
  for (const release of ['1.6.1', '1.9.1']) expect(priorOf(share, release)).toBe(difference);
});

test('categorical_crossentropy of two classes, which has two trees a stage, is refused', () => {
  const read = (classes: readonly number[]) => {
    const model = instance(
      'sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier',
      {
        ...{ classes_: floats(classes), loss: 'categorical_crossentropy', _sklearn_version: '1.0.2' },
        ...{ _n_features: int(1), _predictors: [], _baseline_prediction: floats([0, 0, 0], [1, 3]) },
      },
    );
    return describeSklearn(file(model)).blockers.map(({ field }) => field);
  };
  expect(read([0, 1])).toEqual(['loss']);
  expect(read([0, 1, 2])).toEqual([]);
});
