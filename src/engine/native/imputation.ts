import { elementAt } from '../../core/element-at.ts';
import type { ColumnValues } from '../../model/batch.ts';
import { filledColumns, type MissingMarker, type SimpleImputerStep } from '../../model/imputation.ts';
import {
  allocateCells,
  checkNumbers,
  columnOf,
  createScratch,
  type RowBlock,
  refuseCell,
  toDense,
} from './block.ts';
import { checkWidth, type EvaluatorContext, refuseShape, type StepEvaluator } from './evaluator.ts';

type Cell = number | string | null;

/** Missing cells become the column's fill value; columns without one are dropped, indicators appended. */
export function prepareSimpleImputer(step: SimpleImputerStep, { names }: EvaluatorContext): StepEvaluator {
  const cols = step.fill.length;
  for (const col of step.indicators)
    if (col >= cols) refuseShape(step, 'indicator_.features_', col, cols - 1);
  const numeric = prepareNumeric(step, names);
  const mixed = prepareMixed(step, names);
  const isMissing = cellTest(step.missing);
  return {
    transform: (input) => {
      checkWidth(input, cols);
      for (const col of step.complete ?? [])
        checkComplete(columnOf(input, col, names), isMissing, names[col] ?? `x${col}`);
      const isNumeric = step.type === 'number' || (step.type === 'string' && input.kind !== 'columns');
      return isNumeric ? numeric(input) : mixed(input);
    },
  };
}

function checkComplete(column: ColumnValues, isMissing: (cell: Cell) => boolean, name: string): void {
  const row = Array.prototype.findIndex.call(column, isMissing);
  if (row >= 0) refuseCell(row, name, 'expected a value, got a missing one, as no row had at fit');
}

function prepareNumeric(step: SimpleImputerStep, names: readonly string[]): (input: RowBlock) => RowBlock {
  const scratch = createScratch();
  const kept = Int32Array.from(filledColumns(step));
  const fill = Float64Array.from(step.fill, (value) => (typeof value === 'number' ? value : Number.NaN));
  const flags = Int32Array.from(step.indicators);
  const width = kept.length + flags.length;
  const isMissing = numericTest(step.missing);
  return (input) => {
    const block = toDense(input, names, scratch);
    checkNumbers(block, names, step.missing.kind === 'null' ? 'allowed' : 'refused');
    const { rows, cols, data } = block;
    const out = allocateCells(rows * width);
    for (let row = 0, at = 0; row < rows; row++) {
      const from = row * cols;
      for (const col of kept) {
        const x = data[from + col]!;
        out[at++] = isMissing(x) ? fill[col]! : x;
      }
      for (const col of flags) out[at++] = isMissing(data[from + col]!) ? 1 : 0;
    }
    return { kind: 'dense', rows, cols: width, data: out };
  };
}

/** Whether a number stands for a missing one. */
export function numericTest(missing: MissingMarker): (x: number) => boolean {
  if (missing.kind === 'null') return Number.isNaN;
  if (missing.kind === 'string') return () => false;
  const { value } = missing;
  return (x) => x === value;
}

function cellTest(missing: MissingMarker): (cell: Cell) => boolean {
  if (missing.kind === 'null') return (cell) => cell === null || Number.isNaN(cell);
  const { value } = missing;
  return (cell) => cell === value;
}

function prepareMixed(step: SimpleImputerStep, names: readonly string[]): (input: RowBlock) => RowBlock {
  const kept = filledColumns(step);
  const isMissing = cellTest(step.missing);
  return (input) => {
    const { rows } = input;
    const columns: ColumnValues[] = kept.map((col) =>
      fillColumn(columnOf(input, col, names), elementAt(step.fill, col), isMissing, names[col] ?? `x${col}`),
    );
    for (const col of step.indicators) {
      const source = columnOf(input, col, names);
      columns.push(Float64Array.from<Cell>(source, (cell) => (isMissing(cell) ? 1 : 0)));
    }
    return { kind: 'columns', rows, cols: columns.length, columns };
  };
}

function fillColumn(
  column: ColumnValues,
  fill: Cell,
  isMissing: (cell: Cell) => boolean,
  name: string,
): ColumnValues {
  if (column instanceof Float64Array) {
    const missing = column.findIndex(isMissing);
    if (missing < 0) return column;
    if (typeof fill !== 'number')
      return refuseCell(missing, name, `missing, and its fill value ${fill} is not a number`);
    return column.map((cell) => (isMissing(cell) ? fill : cell));
  }
  return column.map((cell, row) => {
    if (!isMissing(cell)) return cell;
    return typeof fill === 'string'
      ? fill
      : refuseCell(row, name, `missing, and its fill value ${fill} is not a string`);
  });
}
