import { allocateCells } from '../../engine/native/block.ts';
import type { Batch } from '../../model/batch.ts';

/** What one column of a row holds; NaN is a missing number, null a missing text. */
export type RowCell = number | string | null;

/** Cells of a row. Tensors have no columns: a caller must not give any. */
export function cellsOfRow(batch: Batch, row: number): readonly RowCell[] {
  if (batch.kind === 'matrix')
    return Array.from(batch.data.subarray(row * batch.width, (row + 1) * batch.width));
  return batch.kind === 'table' ? batch.columns.map((column) => column[row] ?? null) : [];
}

/** Rows of these cells, in the form of `like`. */
export function rowsOfCells(
  like: Batch,
  rows: number,
  cell: (row: number, column: number) => RowCell,
): Batch {
  if (like.kind === 'table') {
    const columns = like.columns.map((column, k) =>
      column instanceof Float64Array
        ? Float64Array.from({ length: rows }, (_, row) => Number(cell(row, k)))
        : Array.from({ length: rows }, (_, row) => textOf(cell(row, k))),
    );
    return { kind: 'table', rows, columns };
  }
  const width = like.kind === 'matrix' ? like.width : 0;
  const data = allocateCells(rows * width);
  for (let k = 0; k < data.length; k++) data[k] = Number(cell(Math.floor(k / width), k % width));
  return { kind: 'matrix', rows, width, data };
}

const textOf = (cell: RowCell): string | null => (cell === null ? null : String(cell));

export const isMissingCell = (cell: RowCell): boolean => cell === null || Number.isNaN(cell);

/** Whether two cells hold the same: -0 is 0, and missing is missing. */
export const isSameCell = (a: RowCell, b: RowCell): boolean =>
  a === b || (isMissingCell(a) && isMissingCell(b));
