import { allocateCells } from '../engine/native/block.ts';
import type { Batch, ColumnBatch, ColumnValues } from '../model/batch.ts';
import { pickRows } from '../model/slice.ts';
import type { Coalition } from './sampling/game-plan.ts';

/**
 * Rows of a game: for each coalition each row of the background, with the known columns of row `row` in their places.
 * Tensors have no columns: a caller must not give any.
 */
export function mixedRows(
  batch: Batch,
  row: number,
  background: Batch,
  coalitions: readonly Coalition[],
): Batch {
  const rows = coalitions.length * background.rows;
  if (batch.kind === 'matrix' && background.kind === 'matrix') {
    const { width } = batch;
    const data = allocateCells(rows * width);
    for (const [c, isKnown] of coalitions.entries())
      for (let other = 0; other < background.rows; other++)
        for (let column = 0; column < width; column++)
          data[(c * background.rows + other) * width + column] = isKnown(column)
            ? batch.data[row * width + column]!
            : background.data[other * width + column]!;
    return { kind: 'matrix', rows, width, data };
  }
  const own = columnsOf(batch);
  const columns = columnsOf(background).map((column, k) => {
    const given = own[k]!;
    const cell = (at: number) =>
      coalitions[Math.floor(at / background.rows)]!(k) ? given[row]! : column[at % background.rows]!;
    return column instanceof Float64Array
      ? Float64Array.from({ length: rows }, (_, at) => Number(cell(at)))
      : Array.from({ length: rows }, (_, at) => cell(at) as string | null);
  });
  return { kind: 'table', rows, columns };
}

function columnsOf(batch: Batch): readonly ColumnValues[] {
  return batch.kind === 'table' ? batch.columns : [];
}

/** Every n-th row, so that at most `most` are left. */
export function thinnedRows(batch: ColumnBatch, most: number): ColumnBatch;
export function thinnedRows(batch: Batch, most: number): Batch;
export function thinnedRows(batch: Batch, most: number): Batch {
  if (batch.rows <= most) return batch;
  return pickRows(
    batch,
    Array.from({ length: most }, (_, k) => Math.floor((k * batch.rows) / most)),
  );
}
