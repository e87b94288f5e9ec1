import type { Outputs } from '../../../model/batch.ts';
import type { TreeEnsembleStep } from '../../../model/step.ts';
import { allocateCells, type RowBlock } from '../block.ts';
import { refuseShape } from '../evaluator.ts';
import { prepareKernel } from './kernel/kernel.ts';
import { type AddTrees, prepareWalk } from './slices.ts';

/** Rows from which a kernel is faster than the walk: it takes groups of sixteen, full or not. */
const KERNEL_ROWS = 8;
/**
 * Rows of the first block that a kernel is made for. It takes a millisecond for each three thousand nodes, in which no
 * other request must wait: servers offload so many rows, save of ensembles so small that they are made at once.
 */
const FIRST_ROWS = 1024;

/** Fresh raw scores `[rows, scores]`: base first, then the trees in order; `base` is `[rows, scores]` or null. */
export type RawScores = (block: RowBlock, base: Float64Array | null) => Float64Array;

/** Answers from raw scores `[rows, scores]`, which it may hand on. */
export type AnswerScores = (scores: Float64Array, rows: number) => Outputs;

/** Makes the trees of an ensemble ready for rows of `width` columns. */
export function prepareRawScores(step: TreeEnsembleStep, width: number, names: readonly string[]): RawScores {
  checkTargets(step);
  const walk = prepareWalk(step, width, names);
  const start = step.base.kind === 'constant' ? step.base.scores : new Float64Array(step.scores);
  const divisor = step.aggregate === 'mean' ? treesAScore(step) : 1;
  // Who answers a few rows at a time needs no second copy of the trees.
  let addMany: AddTrees | null = null;
  return (block, base) => {
    const { rows } = block;
    const scores = startFrom(start, base, rows);
    if (rows >= FIRST_ROWS && step.arena.linear === undefined)
      addMany ??= prepareKernel(step, width, names, walk.refuse) ?? walk.add;
    if (rows >= KERNEL_ROWS && addMany !== null) addMany(block, scores);
    else walk.add(block, scores);
    if (divisor !== 1) for (let k = 0; k < scores.length; k++) scores[k]! /= divisor;
    return scores;
  };
}

/** Trees that add to each score. */
const treesAScore = ({ arena, target, scores }: TreeEnsembleStep): number =>
  target === null ? arena.roots.length : arena.roots.length / scores;

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
