import { expect, test } from 'vitest';
import { describeSklearn } from './describe.ts';
import { file, floats, instance, int, objects, tuple } from './testing/values.ts';

const labels = (...values: readonly number[]) => objects(...values.map(int));

const member = (classes = labels(0, 1)) =>
  instance('sklearn.linear_model._logistic.LogisticRegression', {
    ...{ classes_: classes, coef_: floats([1, 2], [1, 2]), intercept_: floats([0]), n_features_in_: int(2) },
  });

const regressor = (columns = 2, targets = 1) =>
  instance('sklearn.linear_model._ridge.Ridge', {
    coef_: floats(
      new Array<number>(columns * targets).fill(1),
      targets === 1 ? [columns] : [targets, columns],
    ),
    intercept_: targets === 1 ? 0 : floats(new Array<number>(targets).fill(0)),
  });

function blockersOf(name: string, held: readonly unknown[], parameters: Readonly<Record<string, unknown>>) {
  const model = instance(`sklearn.ensemble._voting.${name}`, {
    ...{ _sklearn_version: '1.6.1', weights: null, estimators_: held },
    estimators: held.map((estimator, i) => tuple(`m${i}`, estimator)),
    ...parameters,
  });
  return describeSklearn(file(model)).blockers.map(({ field, found }) => `${field}: ${found}`);
}

test.each([
  ['a weight too many', { weights: [1, 2, 3] }, [member(), member()]],
  ['no estimator', {}, []],
  ['labels that are not encoded', {}, [member(labels(3, 7)), member()]],
  ['negative weights of a majority', { weights: [1, -2] }, [member(), member()]],
  ['a way to vote that is none', { voting: 'loud' }, [member()]],
  ['a regressor among classifiers', {}, [member(), regressor()]],
])('a VotingClassifier with %s is refused', (_, parameters, held) => {
  const classes_ = objects('no', 'yes');
  const read = () => blockersOf('VotingClassifier', held, { voting: 'hard', classes_, ...parameters });
  let blockers: readonly string[];
  try {
    blockers = read();
  } catch (error) {
    blockers = [(error as { code: string }).code];
  }
  expect(blockers).not.toEqual([]);
});

test('regressors of other widths, or of several targets, are refused', () => {
  expect(() => blockersOf('VotingRegressor', [regressor(2), regressor(3)], {})).toThrow(/columns wide/);
  expect(blockersOf('VotingRegressor', [regressor(2, 2)], {})).toEqual([
    'predict of estimators_[0]: a matrix',
  ]);
  expect(blockersOf('VotingRegressor', [regressor(), regressor()], {})).toEqual([]);
});
