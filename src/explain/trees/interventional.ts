import { allocateCells } from '../../engine/native/block.ts';
import type { DecisionTrees, Players } from './decision-trees.ts';
import {
  type BackgroundImage,
  backgroundImage,
  type LaidPaths,
  layPaths,
} from './kernel/background-image.ts';
import { startShapley } from './kernel/machine.ts';
import type { ShapleyValues } from './path-dependent.ts';
import { PatternCounter, type SeenPatterns } from './seen-patterns.ts';

/** Prepared rows, `[rows, columns]` each: a background comes a block at a time. */
export type PreparedBlocks = Iterable<Float64Array>;

/**
 * Interventional Shapley values of trees, exact: a player that is not known has the values of a row of the background, each row alike
 * (Janzing et al., AISTATS 2020). What the background does at a leaf is summed once, so that the rate does not follow its size
 * (after Nadel & Wettenstein, WOODELF, AAAI 2026). Null where a path asks more players than a pattern has bits, or the trees and what
 * the background does take more memory than a kernel may have.
 */
export function interventional(
  trees: DecisionTrees,
  players: Players,
  background: PreparedBlocks,
): ShapleyValues | null {
  const columns = players.of.length;
  const laid = layPaths(trees, players);
  const seen = laid && lookAt(backgroundImage(trees, players, laid, null), background, columns, laid);
  if (laid === null || seen === null) return null;
  const { plan, write } = backgroundImage(trees, players, laid, seen);
  const kernel = startShapley(plan.bytes);
  if (kernel === null) return null;
  const { memory, functions } = kernel;
  write(memory);
  const width = trees.scores * players.count;
  const { x: cells, values, blockRows, stride, weights } = plan;
  const block = new Float64Array(memory, cells, columns * blockRows);
  const blockValues = new Float64Array(memory, values, width * blockRows);
  const explain = (x: Float64Array, rows: number): Float64Array => {
    const out = allocateCells(rows * width);
    for (let from = 0; from < rows; from += blockRows) {
      const count = Math.min(blockRows, rows - from);
      block.set(x.subarray(from * columns, (from + count) * columns));
      blockValues.fill(0);
      for (const tree of plan.trees)
        functions.explainAgainst(tree, count, cells, 8 * columns, values, 8 * width, stride, weights);
      out.set(blockValues.subarray(0, count * width), from * width);
    }
    return out;
  };
  return { expected: meanScores(trees, laid, seen), explain };
}

/** The patterns of the background at every leaf, tree by tree; null where there is no memory for the trees. */
function lookAt(
  { plan, patterns, write }: BackgroundImage,
  background: PreparedBlocks,
  columns: number,
  { paths }: LaidPaths,
): readonly (readonly SeenPatterns[])[] | null {
  const kernel = startShapley(plan.bytes);
  if (kernel === null) return null;
  const { memory, functions } = kernel;
  write(memory);
  const words = new Uint32Array(memory);
  const cell = new Float64Array(memory, plan.x, columns);
  const counters = paths.map(({ leaves }) => leaves.map((leaf) => new PatternCounter(leaf.players.length)));
  let rows = 0;
  for (const block of background) {
    const count = block.length / columns;
    rows += count;
    for (const [t, slots] of patterns.entries())
      for (let row = 0; row < count; row++) {
        cell.set(block.subarray(row * columns, (row + 1) * columns));
        functions.findPatterns(plan.trees[t]!, plan.x);
        for (const [leaf, slot] of slots.entries()) counters[t]![leaf]!.add(words[slot / 4]!);
      }
  }
  return counters.map((tree) => tree.map((counter) => counter.seen(rows)));
}

/** What rows answer on average: those come to a leaf that pass all questions of its path. */
function meanScores(
  trees: DecisionTrees,
  { paths }: LaidPaths,
  seen: readonly (readonly SeenPatterns[])[],
): Float64Array {
  const mean = new Float64Array(trees.scores);
  const add = (tree: number, node: number, share: number): void => {
    for (let k = 0; k < trees.valueWidth; k++)
      mean[trees.target[tree]! + k]! += share * trees.values[node * trees.valueWidth + k]!;
  };
  for (const [tree, root] of trees.roots.entries()) if (trees.left[root] === -1) add(tree, root, 1);
  for (const [tree, { leaves }] of paths.entries())
    for (const [l, { node, players }] of leaves.entries()) {
      const { patterns, shares } = seen[tree]![l]!;
      const last = patterns.length - 1;
      if (patterns[last] === 2 ** players.length - 1) add(tree, node, shares[last]!);
    }
  return mean;
}
