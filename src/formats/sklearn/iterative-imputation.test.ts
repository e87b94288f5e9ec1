import { expect, test } from 'vitest';
import { prepareStep } from '../../engine/native/prepare.ts';
import { fittedStep, ridge } from './testing/predictors.ts';
import { floats, instance, int, objects, tuple } from './testing/values.ts';

const NAN = Number.NaN;
const turn = (column: number, neighbors: readonly number[], predictor: unknown) =>
  tuple(int(column), floats(neighbors), predictor);
const fitted = {
  initial_imputer_: instance('sklearn.impute._base.SimpleImputer', { statistics_: floats([1, 2, 3]) }),
  imputation_sequence_: objects(turn(2, [0, 1], ridge(2))),
  ...{ _min_value: floats([0, 0, 0]), _max_value: floats([9, 9, 9]), n_iter_: int(1) },
};
const read = (more: Record<string, unknown> = {}) =>
  fittedStep(instance('sklearn.impute._iterative.IterativeImputer', { ...fitted, ...more }));

test('without a turn it is its initial imputer', () => {
  expect(read({ n_iter_: int(0) })).toMatchObject({ kind: 'simple-imputer', fill: [1, 2, 3] });
});

test('a row without any value hangs on the others of its batch, unless a column counts as having one', () => {
  const fill = (step: ReturnType<typeof read>) => () =>
    prepareStep(step!, []).transform!({
      kind: 'dense',
      rows: 1,
      cols: 3,
      data: Float64Array.of(NAN, NAN, NAN),
    });
  expect(fill(read())).toThrow(/row 0/);
  const kept = { keep_empty_features: true, _is_empty_feature: floats([1, 0, 0]) };
  expect(fill(read(kept))).not.toThrow();
});

test.each([
  [{ sample_posterior: true }, 'sample_posterior'],
  [{ _min_value: floats([0]) }, '_min_value'],
  [{ imputation_sequence_: objects(turn(3, [0, 1], ridge(2))) }, 'imputation_sequence_'],
  [{ imputation_sequence_: objects(turn(2, [0, 3], ridge(2))) }, 'imputation_sequence_'],
  [{ imputation_sequence_: objects(turn(2, [], ridge(0))) }, 'imputation_sequence_'],
  [{ imputation_sequence_: objects(turn(2, [0], ridge(2))) }, 'columns wide'],
  [{ imputation_sequence_: objects(turn(2, [0, 1], ridge(2, 2))) }, '2 columns'],
  [{ imputation_sequence_: objects(turn(2, [0, 1, 1], fitted.initial_imputer_)) }, 'predict'],
])('%o is refused', (more, what) => {
  expect(() => read(more)).toThrow(what);
});
