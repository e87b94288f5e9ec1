import { expect, test } from 'vitest';
import { LABEL_PROPAGATION_FAMILIES } from './label-propagation.ts';
import { floats, instance, int, testReading } from './testing/values.ts';

const POINTS = floats([0, 1, 2], [3, 1]);
const NEIGHBORS = {
  _fit_method: 'brute',
  _fit_X: POINTS,
  effective_metric_: 'euclidean',
  n_neighbors: int(2),
};
const FITTED = {
  X_: POINTS,
  classes_: floats([5, 6]),
  label_distributions_: floats([1, 0, 0.5, 0.5, NaN, NaN], [3, 2]),
  kernel: 'rbf',
  gamma: 20,
};

const read = (changed: Record<string, unknown>) =>
  LABEL_PROPAGATION_FAMILIES[0]!.read(
    testReading().view(
      instance('sklearn.semi_supervised._label_propagation.LabelSpreading', { ...FITTED, ...changed }),
      '',
    ),
  );

const neighbors = (changed: Record<string, unknown> = {}) => ({
  kernel: 'knn',
  nn_fit: instance('sklearn.neighbors._unsupervised.NearestNeighbors', { ...NEIGHBORS, ...changed }),
});

test('both kernels are read, and points without any share', () => {
  expect(read({})).toMatchObject({ kernel: { kind: 'rbf', gamma: 20 } });
  expect(read(neighbors())).toMatchObject({ kernel: { kind: 'knn', k: 2 } });
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['a kernel of a function', { kernel: instance('my.kernel') }, /kernel/],
  ['a negative gamma', { gamma: -1 }, /gamma/],
  ['shares of fewer points', { label_distributions_: floats([1, 0], [1, 2]) }, /label_distributions_/],
  ['shares of more classes', { classes_: floats([5]) }, /label_distributions_/],
  ['a share that is half missing', { label_distributions_: floats([1, NaN, 0, 1, 0, 1], [3, 2]) }, /shares/],
  ['more neighbours than points', neighbors({ n_neighbors: int(4) }), /nn_fit/],
  ['neighbours among other points', neighbors({ _fit_X: floats([0, 1], [2, 1]) }), /nn_fit/],
])('%s is refused', (_what, changed, message) => {
  expect(() => read(changed)).toThrow(message);
});
