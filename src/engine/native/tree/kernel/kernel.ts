import type { TreeEnsembleStep } from '../../../../model/step.ts';
import type { RowBlock } from '../../block.ts';
import { copyRows } from '../rows.ts';
import type { AddTrees, RefuseRows } from '../slices.ts';
import { withZeroColumns } from '../zero-columns.ts';
import { writeImage } from './image.ts';
import { startKernel } from './machine.ts';
import { cellBytes, fits, GROUP_ROWS, planMemory } from './plan.ts';
import { putQuestions, refusedNumbers } from './questions.ts';

/**
 * Makes an ensemble ready for blocks of many rows, in memory of its own outside the heap that never grows and goes with
 * what is returned; null where it is too large, or one of its trees with categories is. Gives the bits of the walk. `width` is that
 * of the rows, as given.
 */
export function prepareKernel(
  given: TreeEnsembleStep,
  width: number,
  names: readonly string[],
  refuse: RefuseRows,
): AddTrees | null {
  if (!fits(given, width)) return null;
  const columnsOfZeros = withZeroColumns(given, width);
  const { step } = columnsOfZeros;
  const questions = putQuestions(columnsOfZeros, width);
  const plan = planMemory(step, questions, width);
  const kernel = plan === null ? null : startKernel(plan.bytes);
  if (plan === null || kernel === null) return null;
  const { memory, functions } = kernel;
  writeImage(memory, step, questions, plan);
  const { stageRows, blockRows, columns, groupBytes } = plan;
  const stage = new Float64Array(memory, plan.stage, stageRows * width);
  const cell = cellBytes(step);
  const Cells = cell === 4 ? Float32Array : Float64Array;
  const blockScores = new Cells(memory, plan.scores, blockRows * step.scores);
  const pack = step.input === 'float32' ? functions.packFloat32 : functions.packRanks;
  const refused = refusedNumbers(step);

  /** Packs the rows `from` to before `to`, at most a block of them. */
  const packRows = (block: RowBlock, from: number, to: number): void => {
    let x = plan.x;
    for (let row = from; row < to; row += stageRows) {
      const rows = Math.min(stageRows, to - row);
      const groups = Math.ceil(rows / GROUP_ROWS);
      if (block.kind === 'dense') stage.set(block.data.subarray(row * width, (row + rows) * width));
      else copyRows(block, row, rows, stage, width, width, names);
      if (step.missingNumber !== undefined)
        replaceMarked(stage, rows * width, step.missingNumber, step.input);
      stage.fill(0, rows * width, groups * GROUP_ROWS * width);
      const odd = pack(plan.stage, 8 * width, groups, columns.from, columns.to, x);
      if ((odd & refused) !== 0) refuse(block, row, row + rows);
      x += groups * groupBytes;
    }
  };
  return (block, scores) => {
    for (let from = 0; from < block.rows; from += blockRows) {
      const to = Math.min(block.rows, from + blockRows);
      const groups = Math.ceil((to - from) / GROUP_ROWS);
      packRows(block, from, to);
      blockScores.set(scores.subarray(from * step.scores, to * step.scores));
      for (const chunk of plan.chunks)
        functions.score(
          chunk.from,
          chunk.to,
          groups,
          plan.x,
          groupBytes,
          plan.scores,
          cell * step.scores,
          step.arena.valueWidth,
          cell,
        );
      scores.set(blockScores.subarray(0, (to - from) * step.scores), from * step.scores);
    }
  };
}

/** NaN in the place of the number that is missing, in the first `count` cells. */
function replaceMarked(
  cells: Float64Array,
  count: number,
  marked: number,
  input: TreeEnsembleStep['input'],
): void {
  const round = input === 'float32' ? Math.fround : (cell: number): number => cell;
  for (let k = 0; k < count; k++) if (round(cells[k]!) === marked) cells[k] = Number.NaN;
}
