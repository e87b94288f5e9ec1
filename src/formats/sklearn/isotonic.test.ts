import { expect, test } from 'vitest';
import { readCurve } from './isotonic.ts';
import { floats, instance, testReading } from './testing/values.ts';

const curveOf = (attributes: Record<string, unknown>) =>
  readCurve(
    testReading().view(
      instance('sklearn.isotonic.IsotonicRegression', {
        out_of_bounds: 'clip',
        X_thresholds_: floats([1, 2]),
        y_thresholds_: floats([3, 4]),
        ...attributes,
      }),
      '',
    ),
  );

test('a curve is read by the names of each era', () => {
  const wanted = { x: Float64Array.of(1, 2), y: Float64Array.of(3, 4), outOfBounds: 'clip' };
  expect(curveOf({})).toEqual(wanted);
  expect(curveOf({ _necessary_X_: floats([1, 2]), _necessary_y_: floats([3, 4]) })).toEqual(wanted);
});

test.each([
  ['points that fall', { X_thresholds_: floats([2, 1]) }],
  ['one point twice', { X_thresholds_: floats([1, 1]) }],
  ['a point that is not a number', { X_thresholds_: floats([1, Number.NaN]) }],
  ['points further apart than a number reaches', { X_thresholds_: floats([-1.7e308, 1.7e308]) }],
  ['no point', { X_thresholds_: floats([]), y_thresholds_: floats([]) }],
  ['fewer values than points', { y_thresholds_: floats([3]) }],
  ['an infinite value', { y_thresholds_: floats([3, Infinity]) }],
  ['a word for the bounds that nobody knows', { out_of_bounds: 'wrap' }],
])('%s are refused', (_, attributes) => {
  expect(() => curveOf(attributes)).toThrow(/MODEL_(?:INVALID|UNSUPPORTED)|sklearn/);
});
