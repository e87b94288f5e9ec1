import type { TreeEnsembleStep } from '../../../model/step.ts';
import type { RowBlock } from '../block.ts';
import { prepareTreeWalk } from './branchy.ts';
import { layOut, type TreeLayout } from './layout.ts';
import { checkLinearLeaves, prepareLinearWalk } from './linear-leaves.ts';
import { prepareRowFill } from './rows.ts';
import { leafSums } from './sum.ts';
import { LANES, walkRows, walkTrees } from './walk.ts';
import { withZeroColumns } from './zero-columns.ts';

/** Adds the leaves that a block's rows reach to their scores `[rows, scores]`, in the order of the trees. */
export type AddTrees = (block: RowBlock, scores: Float64Array) => void;

/** Refuses the first number that the ensemble does not take, in the rows `from` to before `to`. */
export type RefuseRows = (block: RowBlock, from: number, to: number) => void;

/** Rows walked tree by tree before the next ones: their numbers and the tree stay in cache. */
const SLICE_ROWS = 256;
/** Cells of one slice, so that wide rows (text) take small slices. */
const SLICE_CELLS = 2 ** 20;

/** Walks rows of the filled slice `x` and adds their leaves to `scores` from row `first`. */
type Walk = (x: Float64Array, rows: number, scores: Float64Array, first: number) => void;

/** Makes the walk of any ensemble ready, for single rows and blocks of `width` columns. */
export function prepareWalk(
  given: TreeEnsembleStep,
  width: number,
  names: readonly string[],
): { readonly add: AddTrees; readonly refuse: RefuseRows } {
  const { step, zeros } = withZeroColumns(given, width);
  const layout = layOut(step, width + zeros.length);
  const stride = (width + zeros.length) * (layout.mirrored ? 2 : 1);
  const fill = prepareRowFill(step, { width, zeros, mirrored: layout.mirrored, names });
  const { linear } = step.arena;
  if (linear !== undefined) checkLinearLeaves(step, linear, width);
  const walkPlainly =
    linear === undefined
      ? preparePlainWalk(step, layout, stride)
      : prepareLinearWalk(step, linear, stride, prepareTreeWalk(step));
  const walk = linear === undefined ? prepareSliceWalk(step, layout, stride) : walkPlainly;
  const slice = Math.max(1, Math.min(SLICE_ROWS, Math.floor(SLICE_CELLS / Math.max(1, stride))));
  let x = new Float64Array(stride);
  return {
    add: (block, scores) => {
      const needed = Math.min(slice, block.rows) * stride;
      if (x.length < needed) x = new Float64Array(needed);
      for (let from = 0; from < block.rows; from += slice) {
        const to = Math.min(block.rows, from + slice);
        if (fill(block, from, to, x)) walkPlainly(x, to - from, scores, from);
        else walk(x, to - from, scores, from);
      }
    },
    refuse: (block, from, to) => {
      fill(block, from, to, new Float64Array((to - from) * stride));
    },
  };
}

/** Branch-free: tree by tree over groups of eight rows, then row by row over groups of eight trees. */
function prepareSliceWalk(step: TreeEnsembleStep, layout: TreeLayout, stride: number): Walk {
  const { roots, branchy, isBranchy, slot } = layout;
  const { target, scores: width, arena } = step;
  const byNode = prepareTreeWalk(step);
  const { addRows, addTrees } = leafSums(step);
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
  const { addTrees } = leafSums(step);
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
