import { expect, test } from 'vitest';
import { fittedStep, ridge, svc } from './testing/predictors.ts';
import { floats, instance, int, objects } from './testing/values.ts';

const zeroOne = () => svc(int(0), int(1));

const overRest = (
  classes: readonly unknown[],
  y_type_: string,
  estimators: readonly unknown[],
  more = {},
) => {
  const label_binarizer_ = instance('sklearn.preprocessing._label.LabelBinarizer', {
    y_type_,
    classes_: objects(...classes),
  });
  const fitted = { label_binarizer_, estimators_: objects(...estimators), ...more };
  return fittedStep(instance('sklearn.multiclass.OneVsRestClassifier', fitted));
};

test('ties and sums of zero are those of the release that wrote the file', () => {
  const three = [zeroOne(), zeroOne(), zeroOne()];
  const read = (release: string) =>
    overRest(['a', 'b', 'c'], 'multiclass', three, { _sklearn_version: release });
  expect(read('1.6.1')).toMatchObject({ ties: 'last', zeroSums: 'nan', threshold: 0, probabilities: null });
  expect(read('1.9.1')).toMatchObject({ ties: 'first', zeroSums: 'kept' });
});

test('a constant in the first place is compared with a half, as are all', () => {
  const constant = instance('sklearn.multiclass._ConstantPredictor', { y_: floats([1]) });
  const step = overRest([int(0), int(1)], 'multilabel-indicator', [constant, zeroOne()]);
  expect(step).toMatchObject({ threshold: 0.5, isMultilabel: true, probabilities: null });
});

test.each([
  ['fewer classifiers than classes', ['a', 'b', 'c'], 'multiclass', [zeroOne(), zeroOne()]],
  ['two classifiers of two classes', ['a', 'b'], 'binary', [zeroOne(), zeroOne()]],
  ['three classes of one classifier', ['a', 'b', 'c'], 'binary', [zeroOne()]],
  ['classifiers of three classes', ['a', 'b', 'c'], 'multiclass', [svc('x', 'y', 'z'), zeroOne(), zeroOne()]],
  ['regressors of two targets', ['a', 'b'], 'binary', [ridge(2, 2)]],
  ['classifiers of other widths', ['a', 'b', 'c'], 'multiclass', [ridge(2), ridge(3), ridge(2)]],
  ['targets of several classes', ['a', 'b'], 'multiclass-multioutput', [zeroOne()]],
])('one versus the rest of %s is refused', (_, classes, kind, estimators) => {
  expect(() => overRest(classes, kind, estimators)).toThrow(/sklearn/);
});

const overOne = (attributes: Record<string, unknown>) =>
  fittedStep(
    instance('sklearn.multiclass.OneVsOneClassifier', {
      classes_: objects('a', 'b', 'c'),
      estimators_: objects(zeroOne(), zeroOne(), zeroOne()),
      pairwise_indices_: null,
      ...attributes,
    }),
  );

test.each([
  ['a pair without a classifier', { estimators_: objects(zeroOne(), zeroOne()) }],
  ['kernels of pairs of rows', { pairwise_indices_: objects(floats([0])) }],
])('one versus one with %s is refused', (_, attributes) => {
  expect(overOne({})).toMatchObject({ kind: 'one-vs-one' });
  expect(() => overOne(attributes)).toThrow(/sklearn/);
});

const coded = (code_book_: unknown) =>
  fittedStep(
    instance('sklearn.multiclass.OutputCodeClassifier', {
      classes_: objects('a', 'b'),
      estimators_: objects(zeroOne(), zeroOne(), zeroOne()),
      code_book_,
    }),
  );

test.each([
  ['a code too few', floats([1, 0, 1], [1, 3])],
  ['a digit too many', floats([1, 0, 1, 1, 0, 1, 1, 1], [2, 4])],
  ['digits that are no numbers', floats([1, 0, 1, 1, 0, Number.NaN], [2, 3])],
])('output codes with %s are refused', (_, codes) => {
  expect(coded(floats([1, 0, 1, 1, 0, 0], [2, 3]))).toMatchObject({ kind: 'output-code' });
  expect(() => coded(codes)).toThrow(/code_book_/);
});
