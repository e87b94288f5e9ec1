import type { Batch } from './batch.ts';

/** Cells of a row: its columns; of tensors its elements. */
export function rowWidth(batch: Batch): number {
  if (batch.kind === 'matrix') return batch.width;
  if (batch.kind === 'table') return batch.columns.length;
  const elements = Object.values(batch.tensors).reduce((sum, { data }) => sum + data.length, 0);
  return Math.ceil(elements / Math.max(1, batch.rows));
}
