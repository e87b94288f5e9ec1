import { expect, test } from 'vitest';
import { prepareStep } from '../../engine/native/prepare.ts';
import { KNN_IMPUTATION_FAMILIES } from './knn-imputation.ts';
import { floats, instance, int, objects, testReading } from './testing/values.ts';

const NAN = Number.NaN;
const POINTS = [
  [0, 10, NAN],
  [1, 20, NAN],
  [NAN, 40, 5],
].flat(); // prettier-ignore
const FITTED = {
  _fit_X: floats(POINTS, [3, 3]),
  n_neighbors: int(1),
  weights: 'uniform',
  metric: 'nan_euclidean',
  missing_values: NAN,
  _sklearn_version: '1.9.1',
};

const read = (changed: Record<string, unknown>) =>
  KNN_IMPUTATION_FAMILIES[0]!.read(
    testReading().view(instance('sklearn.impute._knn.KNNImputer', { ...FITTED, ...changed }), ''),
  );

const impute = (changed: Record<string, unknown>, ...row: number[]) =>
  prepareStep(read(changed)!, []).transform!({
    kind: 'dense',
    rows: 1,
    cols: 3,
    data: Float64Array.from(row),
  });

test('points without a column in common are no neighbours; before 1.6 they count where all do', () => {
  expect(impute({ n_neighbors: int(2) }, NAN, NAN, 5)).toMatchObject({ data: Float64Array.of(0.5, 40, 5) });
  const old = { _sklearn_version: '1.3.2', n_neighbors: int(3) };
  expect(impute(old, NAN, NAN, 5)).toMatchObject({ data: Float64Array.of(0.5, 70 / 3, 5) });
  expect(() => impute({ ...old, n_neighbors: int(2) }, NAN, NAN, 5)).toThrow(/x1/);
});

test('of points equally far away the first one counts', () => {
  expect(impute({}, 0.5, NAN, NAN)).toMatchObject({ data: Float64Array.of(0.5, 10, 5) });
});

test('of whole numbers alone it is said that ties are not those of the library', () => {
  const reading = testReading();
  const view = (points: number[]) =>
    reading.view(
      instance('sklearn.impute._knn.KNNImputer', { ...FITTED, _fit_X: floats(points, [3, 3]) }),
      '',
    );
  KNN_IMPUTATION_FAMILIES[0]!.read(view([...POINTS.slice(0, 8), 5.5]));
  expect(reading.notes).toHaveLength(0);
  KNN_IMPUTATION_FAMILIES[0]!.read(view(POINTS));
  expect(reading.notes).toMatchObject([{ level: 'warning' }]);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['a metric of a function', { metric: instance('my.metric') }, /metric/],
  ['weights of a function', { weights: instance('my.weights') }, /weights/],
  ['a marker that is a text', { missing_values: '?' }, /missing_values/],
  ['no neighbour', { n_neighbors: int(0) }, /n_neighbors/],
  ['an infinite value', { _fit_X: floats([1, Infinity], [2, 1]) }, /_fit_X/],
  ['a missing value beside the marker', { missing_values: int(-1) }, /_fit_X/],
  ['points that are objects', { _fit_X: objects(1, 2) }, /_fit_X/],
  ['columns that are all dropped', { _fit_X: floats([NAN, NAN], [2, 1]) }, /_fit_X/],
])('%s is refused', (_what, changed, message) => {
  expect(() => read(changed)).toThrow(message);
});
