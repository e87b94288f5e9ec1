import { filledColumns } from '../../model/imputation.ts';
import type { IterativeImputerStep } from '../../model/step.ts';
import { createScratch, type DenseBlock, refuseCell, toDense } from './block.ts';
import { prepareMembers } from './ensemble.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  refuseStep,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { numericTest } from './imputation.ts';

/** A block that is being filled, and by column the rows that miss a value in it. */
interface Filling {
  readonly block: DenseBlock;
  readonly missing: readonly Int32Array[];
}

type Turn = IterativeImputerStep['turns'][number];

function prepareIterativeImputer(step: IterativeImputerStep, context: EvaluatorContext): StepEvaluator {
  const { initial, settled } = step;
  const { names } = context;
  const fill = context.prepare(initial, names).transform;
  if (fill === undefined) refuseStep(step, 'initial_imputer_', initial.kind, 'a transformer is');
  const kept = Int32Array.from(filledColumns(initial));
  const turns = step.turns.map((turn) => prepareTurn(step, turn, kept, context));
  const find = prepareMissing(step, kept);
  const given = createScratch();
  const filled = createScratch();
  return {
    transform: (input) => {
      checkWidth(input, initial.fill.length);
      const block = toDense(fill(input), [], filled);
      const missing = find(toDense(input, names, given));
      if (settled.length === 0) refuseEmpty(missing, block.rows, names[0] ?? 'x0');
      for (const turn of turns) turn({ block, missing });
      return block;
    },
  };
}

/** By kept column the rows without a value in it. */
function prepareMissing(
  { initial, settled }: IterativeImputerStep,
  kept: Int32Array,
): (block: DenseBlock) => readonly Int32Array[] {
  const isMissing = numericTest(initial.missing);
  return ({ rows, cols, data }) =>
    Array.from(kept, (column) => {
      if (settled.includes(column)) return new Int32Array(0);
      const found: number[] = [];
      for (let row = 0; row < rows; row++) if (isMissing(data[row * cols + column]!)) found.push(row);
      return Int32Array.from(found);
    });
}

function refuseEmpty(missing: readonly Int32Array[], rows: number, name: string): void {
  const gaps = new Int32Array(rows);
  for (const column of missing) for (const row of column) gaps[row]!++;
  const row = gaps.indexOf(missing.length);
  if (row >= 0)
    refuseCell(
      row,
      name,
      'expected a value in some column: scikit-learn fills such a row by what others hold',
    );
}

/** Fills one column where it was missing by what its neighbors have come to. */
function prepareTurn(
  step: IterativeImputerStep,
  { column, neighbors, member, low, high }: Turn,
  kept: Int32Array,
  context: EvaluatorContext,
): (filling: Filling) => void {
  for (const at of [column, ...neighbors])
    if (at >= kept.length) refuseShape(step, 'imputation_sequence_', at, kept.length - 1);
  const names = neighbors.map((at) => context.names[kept[at]!] ?? `x${kept[at]}`);
  const answer = prepareMembers([member], { ...context, names });
  const scratch = createScratch();
  return ({ block: { cols, data }, missing }) => {
    const rows = missing[column]!;
    if (rows.length === 0) return;
    const seen = scratch(rows.length * neighbors.length);
    let at = 0;
    for (const row of rows) for (const other of neighbors) seen[at++] = data[row * cols + other]!;
    const [found] = answer({ kind: 'dense', rows: rows.length, cols: neighbors.length, data: seen });
    for (let k = 0; k < rows.length; k++) {
      const value = found!.data[k]!;
      data[rows[k]! * cols + column] = value < low ? low : value > high ? high : value;
    }
  };
}

export const ITERATIVE_IMPUTATION_PREPARERS: StepPreparers<IterativeImputerStep> = {
  'iterative-imputer': prepareIterativeImputer,
};
