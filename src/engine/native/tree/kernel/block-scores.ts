import type { TreeEnsembleStep } from '../../../../model/tree.ts';
import type { Block } from '../../block.ts';
import { copyRows } from '../rows.ts';
import { writeImage } from './image.ts';
import { startKernel } from './machine.ts';
import { COLUMN_BYTES, COLUMN_ENTRY, fits, GROUP_ROWS, planMemory, TREE_ENTRY } from './plan.ts';
import { putQuestions } from './questions.ts';

/** Adds the trees to the scores `[rows, scores]` of a block, in the order of the trees. */
export type AddBlock = (block: Block, scores: Float64Array) => void;

/** Refuses the first number of the rows that the ensemble does not take. */
export type RefuseRows = (block: Block, from: number, to: number) => void;

/**
 * Makes an ensemble ready for blocks of many rows, in memory of its own outside the heap; null where it has categorical
 * splits or is too large. `width` is that of the rows, as given.
 */
export function prepareBlockScores(
  step: TreeEnsembleStep,
  width: number,
  names: readonly string[],
  refuse: RefuseRows,
): AddBlock | null {
  if (!fits(step, width)) return null;
  const questions = putQuestions(step);
  const plan = planMemory(step, questions, width);
  const kernel = plan === null ? null : startKernel(plan.bytes);
  if (plan === null || kernel === null) return null;
  const { memory, functions } = kernel;
  writeImage(memory, step, questions, plan);
  const pack = step.input === 'float32' ? functions.packFloat32 : functions.packRanks;
  const refused = refusedNumbers(step);
  const stage = new Float64Array(memory, plan.stage, plan.stageRows * width);
  const blockScores = new Float64Array(memory, plan.scores, plan.blockRows * step.scores);
  const lastColumn = plan.columns + COLUMN_ENTRY * questions.columns.length;
  const groupBytes = COLUMN_BYTES * questions.width;

  /** Packs the rows `from` to before `to`, at most a block of them. */
  const packRows = (block: Block, from: number, to: number): void => {
    let x = plan.x;
    for (let row = from; row < to; row += plan.stageRows) {
      const rows = Math.min(plan.stageRows, to - row);
      const groups = Math.ceil(rows / GROUP_ROWS);
      if (block.kind === 'dense') stage.set(block.data.subarray(row * width, (row + rows) * width));
      else copyRows(block, row, rows, stage, width, width, names);
      stage.fill(0, rows * width, groups * GROUP_ROWS * width);
      const odd = pack(plan.stage, 8 * width, groups, plan.columns, lastColumn, x);
      if ((odd & refused) !== 0) refuse(block, row, row + rows);
      x += groups * groupBytes;
    }
  };
  return (block, scores) => {
    for (let from = 0; from < block.rows; from += plan.blockRows) {
      const to = Math.min(block.rows, from + plan.blockRows);
      const groups = Math.ceil((to - from) / GROUP_ROWS);
      packRows(block, from, to);
      blockScores.set(scores.subarray(from * step.scores, to * step.scores));
      for (const [first, last] of plan.chunks)
        functions.score(
          plan.trees + TREE_ENTRY * first,
          plan.trees + TREE_ENTRY * last,
          groups,
          plan.x,
          groupBytes,
          plan.scores,
          8 * step.scores,
          step.arena.valueWidth,
        );
      scores.set(blockScores.subarray(0, (to - from) * step.scores), from * step.scores);
    }
  };
}

/** Which of the bits that packing returns an ensemble refuses: 1 what is not finite, 2 what is infinite in float32. */
function refusedNumbers({ input, acceptsMissing }: TreeEnsembleStep): number {
  if (!acceptsMissing) return 1;
  return input === 'float32' ? 2 : 0;
}
