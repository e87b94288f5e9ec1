import { PlimsollError } from '../../core/errors.ts';
import type { DecisionTrees, Players } from './decision-trees.ts';
import {
  type BackgroundImage,
  backgroundImage,
  type LaidPaths,
  layPaths,
  MOST_PLAYERS,
} from './kernel/background-image.ts';
import { startShapley } from './kernel/machine.ts';
import type { ShapleyValues } from './path-dependent.ts';
import { type SeenPatterns, seenPatterns } from './seen-patterns.ts';

/**
 * Interventional Shapley values of trees, exact: a player that is not known has the values of a row of the background, each row alike
 * (Janzing et al., AISTATS 2020). What the background does at a leaf is summed once, so that the rate does not follow its size
 * (after Nadel & Wettenstein, WOODELF, AAAI 2026). `background` holds prepared rows. Null where a path
 * asks more players than a pattern has bits. Throws INTERNAL where the machine has not the memory.
 */
export function interventional(
  trees: DecisionTrees,
  players: Players,
  background: Float64Array,
): ShapleyValues | null {
  const columns = players.of.length;
  const laid = layPaths(trees, players);
  if (laid.asked.some((nodes) => nodes.players > MOST_PLAYERS)) return null;
  const { expected, seen } = lookAt(
    trees,
    backgroundImage(trees, players, laid, null),
    background,
    columns,
    laid,
  );
  const { plan, write } = backgroundImage(trees, players, laid, seen);
  const { memory, functions } = started(plan.bytes);
  write(memory);
  const width = trees.scores * players.count;
  const { x: cells, values, blockRows, stride, weights } = plan;
  const block = new Float64Array(memory, cells, columns * blockRows);
  const blockValues = new Float64Array(memory, values, width * blockRows);
  const explain = (x: Float64Array, rows: number): Float64Array => {
    const out = new Float64Array(rows * width);
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
  return { expected, explain };
}

function started(bytes: number) {
  const kernel = startShapley(bytes);
  if (kernel !== null) return kernel;
  const reason = `there are no ${bytes} bytes of memory for its trees and their background`;
  throw new PlimsollError('INTERNAL', { action: 'an explanation', reason });
}

/** The patterns of the background at every leaf, and the mean of what it answers. */
function lookAt(
  trees: DecisionTrees,
  { plan, patterns, write }: BackgroundImage,
  background: Float64Array,
  columns: number,
  laid: LaidPaths,
): { expected: Float64Array; seen: readonly (readonly SeenPatterns[])[] } {
  const { memory, functions } = started(plan.bytes);
  write(memory);
  const words = new Uint32Array(memory);
  const cell = new Float64Array(memory, plan.x, columns);
  const rows = background.length / columns;
  const seen = patterns.map((slots, t) => {
    const found = Array.from(slots, () => new Uint32Array(rows));
    for (let row = 0; row < rows; row++) {
      cell.set(background.subarray(row * columns, (row + 1) * columns));
      functions.findPatterns(plan.trees[t]!, plan.x);
      for (const [leaf, slot] of slots.entries()) found[leaf]![row] = words[slot / 4]!;
    }
    return found.map(seenPatterns);
  });
  return { expected: meanScores(trees, laid, seen), seen };
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
