import { expect, test } from 'vitest';
import { pyObject, pyTuple } from '../pickle/construct.ts';
import type { PyValue } from '../pickle/value.ts';
import { readKernelDensity } from './kernel-density.ts';
import { floats, instance, py, testReading } from './testing/values.ts';

const TREE = {
  type: 'global',
  module: 'sklearn.neighbors._kd_tree',
  name: 'KDTree',
  offset: 0,
} as const;

/** A tree over points as its pickle holds it: what is not read is None. */
function tree(points: PyValue, weights: PyValue = null): PyValue {
  const made = pyObject({ ...TREE, name: 'newObj' }, [TREE], null, 0);
  made.state = pyTuple([points, ...Array.from({ length: 11 }, () => null), weights]);
  return made;
}

const POINTS = floats([0, 1, 2, 3, 4, 5], [3, 2]);
const FITTED = { kernel: py('gaussian'), bandwidth_: 0.5, tree_: tree(POINTS), metric: py('euclidean') };
const read = (changed: Readonly<Record<string, unknown>>) =>
  readKernelDensity(
    testReading().view(instance('sklearn.neighbors.KernelDensity', { ...FITTED, ...changed }), ''),
  );

test('the points and weights are those of the tree', () => {
  expect(read({ tree_: tree(POINTS, floats([1, 0, 3])) })).toMatchObject({
    points: { rows: 3, cols: 2 },
    weights: Float64Array.of(1, 0, 3),
    logNorm: -Math.log(2 * Math.PI) - 2 * Math.log(0.5) - Math.log(4),
  });
});

const many = tree(
  floats(
    Array.from({ length: 20 }, (_, k) => k),
    [1, 20],
  ),
);
test.each<[string, Record<string, unknown>, RegExp]>([
  ['a tolerance', { rtol: 1e-8 }, /rtol/],
  ['no bandwidth', { bandwidth_: 0 }, /bandwidth/],
  ['a metric of its own', { metric: instance('my.metric') }, /metric/],
  ['parameters of a metric', { metric_params: instance('builtins.dict') }, /metric_params/],
  ['no tree', { tree_: instance('my.KDTree') }, /tree_/],
  ['a missing number', { tree_: tree(floats([Number.NaN, 1], [1, 2])) }, /tree_\.data/],
  ['a weight too few', { tree_: tree(POINTS, floats([1, 1])) }, /sample_weight/],
  ['a negative weight', { tree_: tree(POINTS, floats([1, -1, 1])) }, /sample_weight/],
  ['weights of nothing', { tree_: tree(POINTS, floats([0, 0, 0])) }, /kernel/],
  ['a kernel whose norm cancels', { kernel: py('cosine'), tree_: many }, /kernel/],
])('a density with %s is refused', (_what, changed, message) => {
  expect(() => read(changed)).toThrow(message);
});
