import { expect, test } from 'vitest';
import { readMissingIndicator, readSimpleImputer } from './imputation.ts';
import { floats, instance, objects, testReading } from './testing/values.ts';

const read = (attributes: Record<string, unknown>): ReturnType<typeof readSimpleImputer> =>
  readSimpleImputer(testReading().view(instance('sklearn.impute._base.SimpleImputer', attributes), ''));

const NAN = Number.NaN;

test('a column that was empty at fit is dropped, by strategy and release', () => {
  const fill = (strategy: string, release: string, keep_empty_features = false): unknown =>
    (
      read({ strategy, _sklearn_version: release, keep_empty_features, statistics_: floats([1, NAN]) }) as {
        fill: unknown;
      }
    ).fill;
  expect(fill('mean', '0.24.2')).toEqual([1, null]);
  expect(fill('mean', '1.2.2', true)).toEqual([1, NAN]);
  expect(fill('constant', '1.7.2')).toEqual([1, NAN]);
  expect(fill('constant', '1.8.0')).toEqual([1, null]);
});

test('statistics of float32 are rounded before they fill, from 1.8 on', () => {
  const dtype = { ...floats([]).dtype, itemSize: 4 };
  const fill = (more: Record<string, unknown>): unknown =>
    (read({ strategy: 'mean', statistics_: floats([0.1, 2]), ...more }) as { fill: unknown }).fill;
  expect(fill({ _sklearn_version: '1.8.0', _fill_dtype: dtype })).toEqual([Math.fround(0.1), 2]);
  expect(fill({ _sklearn_version: '1.8.0', _fill_dtype: floats([]).dtype })).toEqual([0.1, 2]);
  expect(fill({ _sklearn_version: '1.7.2' })).toEqual([0.1, 2]);
});

test('every marker of a missing value is kept as what it is', () => {
  const marker = (missing_values: unknown): unknown =>
    (read({ missing_values, statistics_: floats([0]) }) as { missing: unknown }).missing;
  expect(marker(NAN)).toEqual({ kind: 'null' });
  expect(marker(null)).toEqual({ kind: 'null' });
  expect(marker(-1)).toEqual({ kind: 'number', value: -1 });
  expect(marker('?')).toEqual({ kind: 'string', value: '?' });
});

test('strings and numbers imputed together become imputers side by side, in order', () => {
  const split = read({ strategy: 'most_frequent', statistics_: objects('a', 1, 2, 'b') });
  expect(split).toMatchObject({
    kind: 'column-transformer',
    branches: [
      { columns: [0], step: { type: 'string', fill: ['a'] } },
      { columns: [1, 2], step: { type: 'number', fill: [1, 2] } },
      { columns: [3], step: { type: 'string', fill: ['b'] } },
    ],
  });
});

test('indicators name columns that exist', () => {
  const indicator = (at: number): unknown =>
    instance('sklearn.impute._base.MissingIndicator', { features_: floats([at]) });
  expect(read({ add_indicator: true, statistics_: floats([0, 0]), indicator_: indicator(1) })).toMatchObject({
    indicators: [1],
  });
  expect(() => read({ add_indicator: true, statistics_: floats([0, 0]), indicator_: indicator(2) })).toThrow(
    /features_/,
  );
});

test.each([
  ['a column that is not there', { n_features_in_: 2, features_: floats([2]) }, /features_/],
  ['no column', { n_features_in_: 2, features_: floats([]) }, /no column/],
  ['a mask as its input', { n_features_in_: 2, features_: floats([0]), _precomputed: true }, /precomputed/],
])('%s of a MissingIndicator is refused', (_, fitted, message) => {
  const view = testReading().view(instance('sklearn.impute._base.MissingIndicator', fitted), '');
  expect(() => readMissingIndicator(view)).toThrow(message);
});
