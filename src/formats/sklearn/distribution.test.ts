import { expect, test } from 'vitest';
import { readPipeline } from './composition.ts';
import { Reading } from './reading.ts';
import { readerOf } from './registry.ts';
import { floats, instance, int, objects, testReading, tuple } from './testing/values.ts';

function read(name: string, fitted: Readonly<Record<string, unknown>>) {
  const full = `sklearn.preprocessing.${name}`;
  const reading = new Reading(readerOf, testReading().budget);
  return readerOf(full)!(reading.view(instance(full, fitted), ''));
}

test('edges of bins count as below a number that is almost there, before 1.1', () => {
  const fitted = { encode: 'ordinal', bin_edges_: objects(floats([0, 1, 2])) };
  expect(read('KBinsDiscretizer', { ...fitted, _sklearn_version: '1.0.2' })).toMatchObject({
    tolerant: true,
  });
  expect(read('KBinsDiscretizer', { ...fitted, _sklearn_version: '1.1.0' })).not.toHaveProperty('tolerant');
});

const scaler = instance('sklearn.preprocessing.StandardScaler', { mean_: floats([1]), scale_: floats([1]) });
const quantiles = { output_distribution: 'uniform', references_: floats([0, 1]) };

test.each([
  ['KBinsDiscretizer', { bin_edges_: objects(floats([0, 2, 1])) }, /rising/],
  ['KBinsDiscretizer', { bin_edges_: objects(floats([0])) }, /rising/],
  ['KBinsDiscretizer', { bin_edges_: objects(floats([0, Number.NaN, 1])) }, /rising/],
  ['KBinsDiscretizer', { bin_edges_: objects(floats([0, 1])), n_features_in_: int(2) }, /n_features_in_/],
  ['PowerTransformer', { lambdas_: floats([1, 2]), _scaler: scaler }, /_scaler/],
  ['PowerTransformer', { lambdas_: floats([1]), method: 'log' }, /method/],
  ['QuantileTransformer', { ...quantiles, quantiles_: floats([0, 1, 2], [3, 1]) }, /quantiles_/],
  ['QuantileTransformer', { ...quantiles, quantiles_: floats([1, 0], [2, 1]) }, /rising/],
  ['QuantileTransformer', { ...quantiles, quantiles_: floats([0, Number.NaN], [2, 1]) }, /rising/],
  ['QuantileTransformer', { references_: floats([0]), quantiles_: floats([0], [1, 1]) }, /n_quantiles/],
  ['QuantileTransformer', { references_: floats([0, 2]), quantiles_: floats([0, 1], [2, 1]) }, /references_/],
])('%s of %o is refused', (name, fitted, message) => {
  expect(() => read(name, fitted)).toThrow(message);
});

test('ranks of a sparse matrix are refused: its zeros stay what they are', () => {
  const encoder = instance('sklearn.preprocessing.OneHotEncoder', { categories_: objects(floats([1, 2])) });
  const ranks = { ...quantiles, quantiles_: floats([0, 0, 1, 1], [2, 2]) };
  const steps = objects(
    tuple('encoder', encoder),
    tuple('ranks', instance('sklearn.preprocessing.QuantileTransformer', ranks)),
  );
  const reading = new Reading(readerOf, testReading().budget);
  const pipeline = reading.view(instance('sklearn.pipeline.Pipeline', { steps }), '');
  expect(() => readPipeline(pipeline)).toThrow(/sparse matrix/);
});
