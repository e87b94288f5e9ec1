import { expect, test } from 'vitest';
import { DISCRIMINANT_FAMILIES } from './discriminant.ts';
import { objectionTo, readAs } from './testing/read.ts';
import { floats, int, objects, py } from './testing/values.ts';

const LINEAR = 'LinearDiscriminantAnalysis';
const QUADRATIC = 'QuadraticDiscriminantAnalysis';
const read = (name: string, attributes: Record<string, unknown>) =>
  readAs(DISCRIMINANT_FAMILIES, name, attributes);

const linear = {
  solver: 'svd',
  classes_: objects('a', 'b', 'c'),
  coef_: floats([1, 2, 3, 4, 5, 6], [3, 2]),
  intercept_: floats([0, 0, 0]),
  xbar_: floats([1, 1]),
  scalings_: floats([1, 2, 3, 4], [2, 2]),
  _max_components: int(1),
};
const quadratic = {
  classes_: objects('a', 'b'),
  priors_: floats([0.5, 0.5]),
  means_: floats([0, 0, 1, 1], [2, 2]),
  rotations_: py([floats([1, 0, 0, 1], [2, 2]), floats([1, 0], [2, 1])]),
  scalings_: py([floats([4, 1]), floats([0.25])]),
};

test('only the first components of a discriminant analysis are columns, and none by least squares', () => {
  expect(read(LINEAR, linear)).toMatchObject({
    kind: 'projecting-predictor',
    projection: {
      components: { rows: 1, cols: 2, data: Float64Array.of(1, 3) },
      mean: Float64Array.of(1, 1),
    },
  });
  expect(read(LINEAR, { ...linear, solver: 'lsqr' })).toMatchObject({ kind: 'linear-classifier' });
});

test('a class has as many axes as its covariance has rank, each over its standard deviation', () => {
  expect(read(QUADRATIC, quadratic)).toMatchObject({
    covariance: {
      axes: [
        { rows: 2, cols: 2, data: Float64Array.of(0.5, 0, 0, 1) },
        { rows: 1, cols: 2, data: Float64Array.of(2, 0) },
      ],
    },
  });
});

test.each([
  [LINEAR, { ...linear, scalings_: floats([1, 2, 3], [3, 1]) }, 'scalings_'],
  [LINEAR, { ...linear, xbar_: floats([1]) }, 'xbar_'],
  [LINEAR, { ...linear, coef_: floats([1, 2], [1, 2]) }, 'coef_'],
  [QUADRATIC, { ...quadratic, means_: floats([0, 0], [1, 2]) }, 'means_'],
  [QUADRATIC, { ...quadratic, rotations_: py([floats([1, 0], [2, 1])]) }, 'rotations_'],
  [QUADRATIC, { ...quadratic, rotations_: py([floats([1], [1, 1]), floats([1], [1, 1])]) }, 'rotations_'],
  [QUADRATIC, { ...quadratic, scalings_: py([floats([4]), floats([1])]) }, 'scalings_'],
])('%s whose arrays disagree is refused', (name, attributes, field) => {
  expect(() => read(name, attributes)).toThrowError(objectionTo(field));
});
