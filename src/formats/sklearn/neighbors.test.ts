import { expect, test } from 'vitest';
import type { PyValue } from '../pickle/value.ts';
import { readNearestNeighbors } from './neighbors.ts';
import { floats, instance, int, records, testReading, tuple } from './testing/values.ts';

const POINTS = floats([0, 1, 2, 3], [4, 1]);
const FITTED = {
  _fit_method: 'brute',
  _fit_X: POINTS,
  effective_metric_: 'euclidean',
  n_neighbors: int(2),
  weights: 'uniform',
  _y: floats([0, 1, 1, 0]),
  classes_: floats([5, 6]),
  outputs_2d_: false,
  _sklearn_version: '1.9.1',
};

const NODES = { idx_start: [0, 0, 2], idx_end: [4, 2, 4], is_leaf: [0, 1, 1], radius: [1.5, 0.5, 0.5] };

/** The state of a KDTree over the points. */
function tree(order: readonly number[], nodes: Record<string, readonly number[]>, bounds: number): PyValue {
  const made = instance('sklearn.neighbors._kd_tree.newObj', {}, [
    { type: 'global', module: 'sklearn.neighbors._kd_tree', name: 'KDTree', offset: 0 },
  ]);
  const counts = Array.from({ length: 8 }, () => int(0));
  made.state = tuple(
    POINTS,
    floats(order),
    records(nodes),
    floats(new Array(bounds).fill(0), [2, 3, 1]),
    ...counts,
  );
  return made;
}

const read = (changed: Record<string, unknown>, name = 'KNeighborsClassifier') =>
  readNearestNeighbors(
    testReading().view(instance(`sklearn.neighbors.${name}`, { ...FITTED, ...changed }), ''),
  );

test('points in the order of a tree are read', () => {
  const { search } = read({ _fit_method: 'kd_tree', _tree: tree([1, 0, 3, 2], NODES, 6) });
  expect(search.tree).toMatchObject({ kind: 'box', order: Int32Array.of(1, 0, 3, 2) });
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ['more neighbours than points', { n_neighbors: int(5) }, /n_neighbors/],
  ['a class that there is not', { _y: floats([0, 1, 2, 0]) }, /_y/],
  ['fewer targets than points', { _y: floats([0, 1]) }, /_y/],
  ['an infinite point', { _fit_X: floats([0, 1, 2, Infinity], [4, 1]) }, /_fit_X/],
  ['distances given beforehand', { effective_metric_: 'precomputed' }, /effective_metric_/],
  ['weights of a function', { weights: instance('my.weights') }, /weights/],
  ['a tree with a point twice', { _fit_method: 'kd_tree', _tree: tree([1, 1, 3, 2], NODES, 6) }, /point 1/],
  ['a tree without bounds', { _fit_method: 'kd_tree', _tree: tree([0, 1, 2, 3], NODES, 4) }, /bounds/],
  [
    'a tree whose leaves leave points out',
    { _fit_method: 'kd_tree', _tree: tree([0, 1, 2, 3], { ...NODES, idx_end: [4, 2, 3] }, 6) },
    /node 2 of points/,
  ],
  [
    'a tree without leaves',
    { _fit_method: 'kd_tree', _tree: tree([0, 1, 2, 3], { ...NODES, is_leaf: [0, 0, 1] }, 6) },
    /node 3/,
  ],
  [
    'a ball tree that is a box tree',
    { _fit_method: 'ball_tree', _tree: tree([0, 1, 2, 3], NODES, 6) },
    /_tree/,
  ],
])('%s is refused', (_what, changed, message) => {
  expect(() => read(changed)).toThrow(message);
});
