import type { ColumnBatch, ColumnValues } from '../model/batch.ts';

/** The cells of a column; a copy where rows are kept one after the other. */
export function columnCells(batch: ColumnBatch, column: number): ColumnValues {
  if (batch.kind === 'table') return batch.columns[column] ?? [];
  return Float64Array.from({ length: batch.rows }, (_, row) => batch.data[row * batch.width + column]!);
}

/** A batch of its own, whose cells may be written over. */
export const copyOf = (batch: ColumnBatch): ColumnBatch =>
  batch.kind === 'matrix' ? { ...batch, data: batch.data.slice() } : batch;

/** The batch with other cells in a column; written into it where rows are kept one after the other, which must be a copy. */
export function withColumn(batch: ColumnBatch, column: number, cells: ColumnValues): ColumnBatch {
  if (batch.kind === 'table') return { ...batch, columns: batch.columns.with(column, cells) };
  for (let row = 0; row < batch.rows; row++) batch.data[row * batch.width + column] = Number(cells[row]);
  return batch;
}

/** The same value in each row. */
export function constantColumn(like: ColumnValues, value: number | string | null): ColumnValues {
  return like instanceof Float64Array
    ? new Float64Array(like.length).fill(value === null ? Number.NaN : Number(value))
    : Array.from(like, () => (value === null ? null : String(value)));
}

/** The cells in another order. */
export const reordered = (cells: ColumnValues, order: Uint32Array): ColumnValues =>
  cells instanceof Float64Array
    ? Float64Array.from(order, (row) => cells[row]!)
    : Array.from(order, (row) => cells[row] ?? null);
