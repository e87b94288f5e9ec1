import { expect, test } from 'vitest';
import { readFeatureAgglomeration } from './decomposition.ts';
import { digamma } from './digamma.ts';
import { readEllipticEnvelope, readGaussianMixture } from './gaussian.ts';
import { floats, instance, int, testReading } from './testing/values.ts';

const viewOf = (name: string, fitted: Record<string, unknown>) =>
  testReading().view(instance(`sklearn.${name}`, fitted), '');

const MIXTURE = {
  covariance_type: 'full',
  means_: floats([0, 1, 2, 3], [2, 2]),
  weights_: floats([0.5, 0.5]),
  precisions_cholesky_: floats([1, 0, 0, 1, 1, 0, 0, 1], [2, 2, 2]),
};

test('digamma has the digits of tables', () => {
  expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 14);
  expect(digamma(0.5)).toBeCloseTo(-1.9635100260214235, 14);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['factors of another covariance', { covariance_type: 'diag' }, /precisions_cholesky_/],
  ['fewer weights than means', { weights_: floats([1]) }, /weights_/],
  [
    'a factor that is none',
    { precisions_cholesky_: floats([-1, 0, 0, 1, 1, 0, 0, 1], [2, 2, 2]) },
    /precisions/,
  ],
  ['an unknown covariance', { covariance_type: 'round' }, /covariance_type/],
])('a mixture with %s is refused', (_what, changed, message) => {
  const view = viewOf('mixture._gaussian_mixture.GaussianMixture', { ...MIXTURE, ...changed });
  expect(() => readGaussianMixture(view)).toThrow(message);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['no precision', { precision_: null }, /store_precision/],
  ['a precision of one column', { precision_: floats([1], [1, 1]) }, /precision_/],
])('an envelope with %s is refused', (_what, changed, message) => {
  const fitted = {
    location_: floats([0, 1]),
    precision_: floats([1, 0, 0, 1], [2, 2]),
    offset_: -4,
    ...changed,
  };
  expect(() => readEllipticEnvelope(viewOf('covariance.EllipticEnvelope', fitted))).toThrow(message);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['a cluster that there is not', { labels_: floats([0, 2]) }, /labels_/],
  ['a cluster without columns', { labels_: floats([0, 0]) }, /labels_/],
  ['another pooling', { pooling_func: instance('my.median') }, /pooling_func/],
])('columns pooled with %s are refused', (_what, changed, message) => {
  const mean = { type: 'global', module: 'numpy', name: 'mean', offset: 0 };
  const fitted = { pooling_func: mean, labels_: floats([0, 1]), n_clusters_: int(2), ...changed };
  expect(() => readFeatureAgglomeration(viewOf('cluster.FeatureAgglomeration', fitted))).toThrow(message);
});
