import { expect, test } from 'vitest';
import { readRadiusNeighbors } from './radius-neighbors.ts';
import { floats, instance, int, testReading } from './testing/values.ts';

const FITTED = {
  _fit_method: 'brute',
  _fit_X: floats([0, 1, 2, 3], [4, 1]),
  effective_metric_: 'euclidean',
  radius: 1,
  weights: 'uniform',
  _y: floats([0, 1, 1, 0]),
  classes_: floats([5, 6]),
  outputs_2d_: false,
  outlier_label_: null,
  _sklearn_version: '1.9.1',
};

const read = (changed: Record<string, unknown>, name = 'RadiusNeighborsClassifier') =>
  readRadiusNeighbors(
    testReading().view(instance(`sklearn.neighbors.${name}`, { ...FITTED, ...changed }), ''),
  );

test.each<[string, unknown, unknown]>([
  ['no label of outliers', null, { kind: 'refused' }],
  ['one of the classes', [6], { targets: [{ labels: { values: [5, 6] }, code: 1 }] }],
  ['another label', [int(7)], { targets: [{ labels: { values: [5, 6, 7] }, code: 2 }] }],
])('%s is read', (_what, value, none) => {
  expect(read({ outlier_label_: value }).none).toMatchObject(none as object);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['a negative radius', { radius: -1 }, /radius/],
  ['a radius without a square', { radius: 1e200 }, /radius/],
  ['more labels than outputs', { outlier_label_: [5, 6] }, /outlier_label_/],
  [
    'more pairs of points and classes than a graph holds',
    {
      _fit_X: floats(new Array<number>(2 ** 12).fill(0), [2 ** 12, 1]),
      _y: floats(new Array<number>(2 ** 12).fill(0)),
      classes_: floats(Array.from({ length: 2 ** 12 + 1 }, (_, k) => k)),
    },
    /pairs/,
  ],
  ['a label of another type', { outlier_label_: ['six'] }, /outlier_label_/],
  [
    'a label of outliers that the library takes for an index',
    { outlier_label_: [6], effective_metric_: 'manhattan' },
    /compare it with classes or with their indexes/,
  ],
])('%s is refused', (_what, changed, message) => {
  expect(() => read(changed)).toThrow(message);
});

test('missing targets of a regressor are refused', () => {
  expect(() => read({ _y: floats([0, NaN, 1, 0]) }, 'RadiusNeighborsRegressor')).toThrow(/_y/);
});
