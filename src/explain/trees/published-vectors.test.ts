import { describe, expect, test } from 'vitest';
import type { DecisionTrees } from './decision-trees.ts';
import { interventional } from './interventional.ts';
import { pathDependent } from './path-dependent.ts';

/** One tree over numbers, of nodes `[left, right, column, threshold, cover, value]`. */
function treeOf(nodes: readonly (readonly number[])[]): DecisionTrees {
  const at = (k: number) => nodes.map((node) => node[k]!);
  return {
    ...{ roots: Int32Array.of(0), left: Int32Array.from(at(0)), right: Int32Array.from(at(1)) },
    ...{ column: Int32Array.from(at(2)), threshold: Float64Array.from(at(3)) },
    ...{ missingLeft: new Uint8Array(nodes.length), split: 'le', cover: Float64Array.from(at(4)) },
    ...{ values: Float64Array.from(at(5)), valueWidth: 1, target: Int32Array.of(0), scores: 1 },
  };
}

const players = (count: number) => ({ of: Int32Array.from({ length: count }, (_, k) => k), count });

/** Both columns together make 80: the game of shap's test_consistency_approximate. */
const BOTH = treeOf([
  [1, 2, 1, 0.5, 4, 0],
  [-1, -1, -1, 0, 2, 0],
  [3, 4, 0, 0.5, 2, 0],
  [-1, -1, -1, 0, 1, 0],
  [-1, -1, -1, 0, 1, 80],
]);
const ROWS = Float64Array.of(0, 0, 0, 1, 1, 0, 1, 1);
const SHAP = [-10, -10, -30, 10, 10, -30, 30, 30];

describe('published values', () => {
  test('of two columns that are worth something together alone', () => {
    const byPaths = pathDependent(BOTH, players(2))!;
    expect([...byPaths.expected]).toEqual([20]);
    for (const [k, value] of byPaths.explain(ROWS, 4).entries()) expect(value).toBeCloseTo(SHAP[k]!, 12);
    // The four rows are a full grid: columns are independent in them, and come to nodes as the covers say.
    const against = interventional(BOTH, players(2), [ROWS])!;
    expect([...against.expected]).toEqual([20]);
    for (const [k, value] of against.explain(ROWS, 4).entries()) expect(value).toBeCloseTo(SHAP[k]!, 12);
  });

  test('of missing values, that go where the tree sends them', () => {
    const tree = treeOf([
      [1, 2, 0, 50.5, 5, 0],
      [-1, -1, -1, 0, 1, 1],
      [-1, -1, -1, 0, 4, 0],
    ]);
    const { explain, expected } = pathDependent(tree, players(1))!;
    const found = explain(Float64Array.of(1, Number.NaN, Number.NaN, Number.NaN, 100), 5);
    expect(expected[0]).toBeCloseTo(1 / 5, 12);
    for (const [k, value] of found.entries()) expect(value).toBeCloseTo(k === 0 ? 4 / 5 : -1 / 5, 12);
  });

  test('of a column that no tree asks are 0, and of two that are asked alike the same', () => {
    const { explain } = pathDependent(BOTH, players(3))!;
    const [first, second, third] = explain(Float64Array.of(1, 1, 7), 1);
    expect([first, second, third]).toEqual([30, 30, 0]);
  });
});
