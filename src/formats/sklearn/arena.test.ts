import { expect, test } from 'vitest';
import { type FlatTree, joinTrees, treeFault } from './arena.ts';

const tree = (left: number[], right: number[], feature = left.map(() => 0)): FlatTree => ({
  left,
  right,
  feature,
  threshold: left.map((_, i) => i),
  missingLeft: null,
  values: Float64Array.from(left, (_, i) => 10 * i),
  cover: null,
  categorical: null,
  bitsets: new Uint32Array(),
  knownBitsets: new Uint32Array(),
});

const STUMP = tree([1, -1, -1], [2, -1, -1]);

test('a stump and a single leaf are sound', () => {
  expect(treeFault(STUMP, 1)).toBeNull();
  expect(treeFault(tree([-1], [-1]), 1)).toBeNull();
});

test('a child before its parent, out of range, shared, alone, or a column out of range is a fault', () => {
  expect(treeFault(tree([0, -1, -1], [2, -1, -1]), 1)).toContain('node 0 with children');
  expect(treeFault(tree([1, -1, -1], [3, -1, -1]), 1)).toContain('node 0 with children');
  expect(treeFault(tree([1, -1, -1], [1, -1, -1]), 1)).toContain('node 0 with children');
  expect(treeFault(tree([1, 2, -1, -1], [2, 3, -1, -1]), 1)).toContain('a child of another node');
  expect(treeFault(tree([-1, -1], [1, -1]), 1)).toContain('one child');
  expect(treeFault(STUMP, 0)).toContain('column 0 of 0');
  expect(treeFault(tree([Number.NaN, -1, -1], [2, -1, -1]), 1)).not.toBeNull();
  expect(treeFault(tree([], []), 1)).toBe('no nodes');
});

test('joined trees keep their order, with absolute children and bitsets', () => {
  const categorical = {
    ...STUMP,
    categorical: [0, -1, -1],
    bitsets: new Uint32Array(8).fill(7),
    knownBitsets: new Uint32Array(8).fill(9),
  };
  const arena = joinTrees([categorical, STUMP, categorical], 1);
  expect([...arena.roots]).toEqual([0, 3, 6]);
  expect([...arena.left]).toEqual([1, -1, -1, 4, -1, -1, 7, -1, -1]);
  expect([...arena.feature]).toEqual([0, -1, -1, 0, -1, -1, 0, -1, -1]);
  expect([...arena.categorical!]).toEqual([0, -1, -1, -1, -1, -1, 1, -1, -1]);
  expect([...arena.values]).toEqual([0, 10, 20, 0, 10, 20, 0, 10, 20]);
  expect(arena.bitsets).toHaveLength(16);
});
