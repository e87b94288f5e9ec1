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
    const own = batch.data.subarray(row * width, (row + 1) * width);
    const others = background.data.subarray(0, background.rows * width);
    for (const [c, isKnown] of coalitions.entries()) {
      const from = c * background.rows * width;
      data.set(others, from);
      for (const [column, value] of own.entries())
        if (isKnown(column))
          for (let at = from + column; at < from + others.length; at += width) data[at] = value;
    }
    return { kind: 'matrix', rows, width, data };
  }
  const own = columnsOf(batch);
  const columns = columnsOf(background).map((column, k) => {
    const value = own[k]?.[row] ?? null;
    const known = coalitions.map((isKnown) => isKnown(k));
    if (!(column instanceof Float64Array))
      return known.flatMap((isKnown) => (isKnown ? column.map(() => value as string | null) : column));
    const cells = new Float64Array(rows);
    for (const [c, isKnown] of known.entries()) {
      const part = cells.subarray(c * background.rows, (c + 1) * background.rows);
      if (isKnown) part.fill(Number(value));
      else part.set(column);
    }
    return cells;
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
