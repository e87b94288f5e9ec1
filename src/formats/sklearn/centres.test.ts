import { expect, test } from 'vitest';
import { pyDict, pyList } from '../pickle/construct.ts';
import { readKMeans } from './centres.ts';
import { readerOf } from './registry.ts';
import { floats, instance, int, testReading } from './testing/values.ts';

test.each([
  ['0.18.2', true],
  ['0.22.2.post1', true],
  ['0.23.0', undefined],
])('labels of KMeans in %s come from whole squared distances: %s', (release, whole) => {
  const fitted = { cluster_centers_: floats([1, 2], [2, 1]), _sklearn_version: release };
  const view = testReading().view(instance('sklearn.cluster.KMeans', fitted), '');
  expect(readKMeans(view).wholeDistances).toBe(whole);
});

const labels = (...values: number[]) => pyList(values.map((value) => int(value)));
const read = (name: string, fitted: Readonly<Record<string, unknown>>): unknown =>
  readerOf(`sklearn.${name}`)!(testReading().view(instance(`sklearn.${name}`, fitted), ''));

const BIRCH = { subcluster_centers_: floats([0, 1, 2, 3], [2, 2]), subcluster_labels_: labels(1, 1) };
const CENTROIDS = {
  ...{ classes_: labels(3, 5), centroids_: floats([0, 1, 2, 3], [2, 2]), metric: 'euclidean' },
  ...{ class_prior_: floats([0.5, 0.5]), within_class_std_dev_: floats([1, 0]) },
};

test.each<[string, string, Record<string, unknown>, RegExp]>([
  [
    'labels for more subclusters',
    'cluster.Birch',
    { ...BIRCH, subcluster_labels_: labels(0, 1, 2) },
    /subcluster_labels_/,
  ],
  [
    'labels that are no numbers',
    'cluster.Birch',
    { ...BIRCH, subcluster_labels_: pyList(['a', 'b']) },
    /subcluster_labels_/,
  ],
  ['no centre', 'cluster.MeanShift', { cluster_centers_: floats([], [0, 2]) }, /cluster_centers_/],
  ['affinities given beforehand', 'cluster.AffinityPropagation', { affinity: 'precomputed' }, /affinity/],
  [
    'a metric that is a function',
    'neighbors.NearestCentroid',
    { ...CENTROIDS, metric: instance('my.metric') },
    /metric/,
  ],
  ['a centroid too many', 'neighbors.NearestCentroid', { ...CENTROIDS, classes_: labels(3) }, /centroids_/],
  [
    'a prior too many',
    'neighbors.NearestCentroid',
    { ...CENTROIDS, class_prior_: floats([1]) },
    /class_prior_/,
  ],
  [
    'a negative deviation',
    'neighbors.NearestCentroid',
    { ...CENTROIDS, within_class_std_dev_: floats([1, -1]) },
    /within_class_std_dev_/,
  ],
])('%s of %s are refused', (_what, name, fitted, message) => {
  expect(() => read(name, fitted)).toThrow(message);
});

const TREE = 'sklearn.cluster._bisect_k_means._BisectingTree';
const leaf = (at: number, label: number) =>
  instance(TREE, { center: floats([at]), left: null, label: int(label) });
const bisecting = (clusters: number, _bisecting_tree: unknown) =>
  read('cluster.BisectingKMeans', {
    ...{
      cluster_centers_: floats(
        Array.from({ length: clusters }, (_, k) => k),
        [clusters, 1],
      ),
    },
    ...{ _X_mean: floats([10]), _bisecting_tree },
  });

test('a tree of centres is laid out from its root on, and each centre where the rows are', () => {
  const inner = instance(TREE, { center: floats([4]), left: leaf(3, 0), right: leaf(5, 1) });
  expect(bisecting(3, instance(TREE, { center: floats([0]), left: inner, right: leaf(9, 2) }))).toMatchObject(
    {
      next: Int32Array.of(1, -3, -1, -2),
      compared: { rows: 4, cols: 1, data: Float64Array.of(14, 19, 13, 15) },
    },
  );
});

test('a tree that has no end, too few splits or a cluster that there is not is refused', () => {
  const endless = instance(TREE, {});
  endless.state = pyDict([
    ['center', floats([1])],
    ['left', endless],
    ['right', endless],
  ]);
  expect(() => bisecting(3, endless)).toThrow(/more splits/);
  expect(() => bisecting(3, leaf(1, 0))).toThrow(/0 splits/);
  expect(() => bisecting(2, instance(TREE, { left: leaf(1, 0), right: leaf(2, 2) }))).toThrow(/label/);
});
