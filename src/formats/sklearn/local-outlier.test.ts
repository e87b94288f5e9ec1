import { expect, test } from 'vitest';
import { LOCAL_OUTLIER_FAMILIES } from './local-outlier.ts';
import { floats, instance, int, testReading } from './testing/values.ts';

const FITTED = {
  _fit_method: 'brute',
  _fit_X: floats([0, 1, 3], [3, 1]),
  effective_metric_: 'euclidean',
  novelty: true,
  n_neighbors_: int(2),
  _distances_fit_X_: floats([1, 3, 1, 2, 2, 3], [3, 2]),
  _lrd: floats([0.4, 0.4, 0.4]),
  offset_: -1.5,
};

const read = (changed: Record<string, unknown>) =>
  LOCAL_OUTLIER_FAMILIES[0]!.read(
    testReading().view(instance('sklearn.neighbors._lof.LocalOutlierFactor', { ...FITTED, ...changed }), ''),
  );

test('the distance of the last neighbour of each point is kept', () => {
  expect(read({})).toMatchObject({ k: 2, reach: Float64Array.of(3, 2, 3), offset: -1.5 });
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['one that scores its training alone', { novelty: false }, /novelty/],
  ['more neighbours than points', { n_neighbors_: int(4) }, /_distances_fit_X_/],
  ['distances of other neighbours', { _distances_fit_X_: floats([1, 1, 2], [3, 1]) }, /_distances_fit_X_/],
  ['fewer densities than points', { _lrd: floats([0.4]) }, /_lrd/],
  ['a density of 0', { _lrd: floats([0.4, 0, 0.4]) }, /_lrd/],
])('%s is refused', (_what, changed, message) => {
  expect(() => read(changed)).toThrow(message);
});
