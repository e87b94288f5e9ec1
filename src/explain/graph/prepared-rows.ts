import { allocateCells } from '../../engine/native/block.ts';
import type { Batch } from '../../model/batch.ts';
import type { EqualityQuestion } from './grown-trees.ts';
import type { TreeColumn } from './tree-columns.ts';

/** Rows as the trees compare them: their columns, then the answers to what is no comparison. */
export function preparedRows(
  columns: readonly TreeColumn[],
  questions: readonly EqualityQuestion[],
  isSingle: boolean,
  batch: Batch,
): Float64Array {
  const width = columns.length + questions.length;
  const out = allocateCells(batch.rows * width);
  const cellOf = (row: number, column: number): number | string =>
    batch.kind === 'matrix'
      ? (batch.data[row * batch.width + column] ?? Number.NaN)
      : batch.kind === 'table'
        ? (batch.columns[column]?.[row] ?? Number.NaN)
        : Number.NaN;
  for (let row = 0; row < batch.rows; row++) {
    const at = row * width;
    for (const [k, { source, make }] of columns.entries()) {
      const value = Number(make(cellOf(row, source)));
      out[at + k] = isSingle ? Math.fround(value) : value;
    }
    for (const [k, { feature, value, isEqual, missingIsTrue }] of questions.entries()) {
      const cell = out[at + feature]!;
      const isYes = Number.isNaN(cell) ? missingIsTrue || !isEqual : (cell === value) === isEqual;
      out[at + columns.length + k] = isYes ? 0 : 1;
    }
  }
  return out;
}
