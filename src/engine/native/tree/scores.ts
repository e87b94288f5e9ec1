import type { TreeEnsembleStep } from '../../../model/tree.ts';
import { allocateCells, type Block } from '../block.ts';
import { refuseShape } from '../evaluator.ts';
import { prepareTreeWalk } from './branchy.ts';
import { type AddBlock, prepareBlockScores, type RefuseRows } from './kernel/block-scores.ts';
import { layOut, type TreeLayout } from './layout.ts';
import { prepareRowFill } from './rows.ts';
import { addRows, addTrees } from './sum.ts';
import { LANES, walkRows, walkTrees } from './walk.ts';

/** Rows walked tree by tree before the next ones: their numbers and the tree stay in cache. */
const SLICE_ROWS = 256;
/** Cells of one slice, so that wide rows (text) take small slices. */
const SLICE_CELLS = 2 ** 20;

/** Rows from which the kernel is faster: it takes groups of sixteen, full or not. */
const KERNEL_ROWS = 48;

/** Fresh raw scores `[rows, scores]`: base first, then the trees in order; `base` is `[rows, scores]` or null. */
export type RawScores = (block: Block, base: Float64Array | null) => Float64Array;

/** Walks rows of the filled slice `x` and adds their leaves to `scores` from row `first`. */
type Walk = (x: Float64Array, rows: number, scores: Float64Array, first: number) => void;

/** Makes the walk of an ensemble ready for rows of `width` columns. */
export function prepareRawScores(step: TreeEnsembleStep, width: number, names: readonly string[]): RawScores {
  checkTargets(step);
  const layout = layOut(step, width);
  const stride = layout.mirrored ? 2 * width : width;
  const fill = prepareRowFill(step, width, layout.mirrored, names);
  const walk = prepareWalk(step, layout, stride);
  const walkPlainly = preparePlainWalk(step, layout, stride);
  const start = step.base.kind === 'constant' ? step.base.scores : new Float64Array(step.scores);
  const divisor = step.aggregate === 'mean' ? layout.roots.length : 1;
  const slice = Math.max(1, Math.min(SLICE_ROWS, Math.floor(SLICE_CELLS / Math.max(1, stride))));
  let x = new Float64Array(stride);
  const addSlices: AddBlock = (block, scores) => {
    const needed = Math.min(slice, block.rows) * stride;
    if (x.length < needed) x = new Float64Array(needed);
    for (let from = 0; from < block.rows; from += slice) {
      const to = Math.min(block.rows, from + slice);
      if (fill(block, from, to, x)) walkPlainly(x, to - from, scores, from);
      else walk(x, to - from, scores, from);
    }
  };
  const refuse: RefuseRows = (block, from, to) =>
    fill(block, from, to, new Float64Array((to - from) * stride));
  // Made at the first block that is large enough: who answers a few rows at a time needs no second copy of the trees.
  let addBlock: AddBlock | null = null;
  return (block, base) => {
    const scores = startFrom(start, base, block.rows);
    if (block.rows < KERNEL_ROWS) addSlices(block, scores);
    else {
      addBlock ??= prepareBlockScores(step, width, names, refuse) ?? addSlices;
      addBlock(block, scores);
    }
    if (divisor !== 1) for (let k = 0; k < scores.length; k++) scores[k]! /= divisor;
    return scores;
  };
}

function checkTargets(step: TreeEnsembleStep): void {
  const { arena, target, scores, base } = step;
  const width = target === null ? scores : 1;
  if (arena.valueWidth !== width) refuseShape(step, 'values per node', arena.valueWidth, width);
  if (base.kind === 'constant' && base.scores.length !== scores)
    refuseShape(step, 'base', base.scores.length, scores);
  if (target === null) return;
  if (target.length !== arena.roots.length) refuseShape(step, 'targets', target.length, arena.roots.length);
  for (const score of target)
    if (!(score >= 0 && score < scores)) refuseShape(step, 'target', score, scores - 1);
}

function startFrom(start: Float64Array, base: Float64Array | null, rows: number): Float64Array {
  if (base !== null) return base.slice();
  const width = start.length;
  const scores = allocateCells(rows * width);
  for (let row = 0; row < rows; row++) for (let k = 0; k < width; k++) scores[row * width + k] = start[k]!;
  return scores;
}

/** Branch-free: tree by tree over groups of eight rows, then row by row over groups of eight trees. */
function prepareWalk(step: TreeEnsembleStep, layout: TreeLayout, stride: number): Walk {
  const { roots, branchy, isBranchy, slot } = layout;
  const { target, scores: width, arena } = step;
  const byNode = prepareTreeWalk(step);
  const rowLeaves = new Int32Array(SLICE_ROWS);
  const treeLeaves = new Int32Array(roots.length);
  return (x, rows, scores, first) => {
    const grouped = rows - (rows % LANES);
    for (let tree = 0; grouped > 0 && tree < roots.length; tree++) {
      if (isBranchy[tree] === 0) walkRows(layout, roots[tree]!, x, stride, grouped, rowLeaves);
      else
        for (let row = 0; row < grouped; row++)
          rowLeaves[row] = slot[byNode(arena.roots[tree]!, x, row * stride)]!;
      addRows(
        layout,
        rowLeaves,
        grouped,
        scores,
        first * width + (target === null ? 0 : target[tree]!),
        width,
      );
    }
    for (let row = grouped; row < rows; row++) {
      walkTrees(layout, x, row * stride, treeLeaves);
      for (let k = 0; k < branchy.length; k++) {
        const tree = branchy[k]!;
        treeLeaves[tree] = slot[byNode(arena.roots[tree]!, x, row * stride)]!;
      }
      addTrees(layout, target, treeLeaves, scores, (first + row) * width);
    }
  };
}

/** Node by node for every tree and row. */
function preparePlainWalk(step: TreeEnsembleStep, layout: TreeLayout, stride: number): Walk {
  const { target, scores: width, arena } = step;
  const byNode = prepareTreeWalk(step);
  const leaves = new Int32Array(arena.roots.length);
  return (x, rows, scores, first) => {
    for (let row = 0; row < rows; row++) {
      for (let tree = 0; tree < leaves.length; tree++) {
        leaves[tree] = layout.slot[byNode(arena.roots[tree]!, x, row * stride)]!;
      }
      addTrees(layout, target, leaves, scores, (first + row) * width);
    }
  };
}
