import { expect, test } from 'vitest';
import { CROSS_DECOMPOSITION_FAMILIES } from './cross-decomposition.ts';
import { objectionTo, readAs } from './testing/read.ts';
import { floats } from './testing/values.ts';

const read = (attributes: Record<string, unknown>) =>
  readAs(CROSS_DECOMPOSITION_FAMILIES, 'PLSRegression', attributes);

/** Two targets of three columns, the second of them halved. */
const fitted = {
  _sklearn_version: '1.9.1',
  _x_mean: floats([1, 2, 3]),
  _x_std: floats([1, 2, 1]),
  x_rotations_: floats([1, 0, 0], [3, 1]),
  coef_: floats([1, 2, 3, 4, 5, 6], [2, 3]),
  intercept_: floats([7, 8]),
  _predict_1d: false,
};

test.each([
  ['1.9.1', {}, [1, 4, 3, 4, 10, 6]],
  ['1.3.2', {}, [1, 2, 3, 4, 5, 6]],
  ['1.2.2', { coef_: undefined, _coef_: floats([1, 2, 3, 4, 5, 6], [2, 3]) }, [1, 2, 3, 4, 5, 6]],
  ['1.0.2', { coef_: floats([1, 4, 2, 5, 3, 6], [3, 2]) }, [1, 2, 3, 4, 5, 6]],
])('coefficients of %s are told of standardised columns', (_sklearn_version, attributes, coefs) => {
  expect(read({ ...fitted, _sklearn_version, ...attributes })).toMatchObject({
    steps: [{}, { step: { predictor: { coef: { rows: 2, data: Float64Array.from(coefs) } } } }],
  });
});

test.each([
  [{ _x_mean: floats([1, 2]) }, '_x_mean'],
  [{ _x_std: floats([1]) }, '_x_std'],
  [{ coef_: floats([1, 2], [2, 1]) }, 'coef_'],
  [{ intercept_: floats([7]) }, 'intercept_'],
  [{ _predict_1d: true }, '_predict_1d'],
])('%o disagrees with the other arrays', (attributes, field) => {
  expect(() => read({ ...fitted, ...attributes })).toThrowError(objectionTo(field));
});
