import type { Batch, Outputs } from '../../model/batch.ts';
import type { Matrix } from '../../model/tensor.ts';
import { concatenateOutputs } from './outputs.ts';

/** A native step in front of the graph: one text column becomes a dense matrix that the graph takes as an input. */
export interface NativePrefix {
  /** Index of the text column in the table. */
  readonly column: number;
  /** Graph input that takes the matrix, `[N, width]` float64. */
  readonly input: string;
  /** Columns of the matrix (terms of the vocabulary). */
  readonly width: number;
  evaluate(cells: readonly (string | null)[]): Matrix;
}

/** A column of the table and the graph input `[N, 1]` that takes it. */
export interface ColumnInput {
  readonly column: number;
  readonly input: string;
}

/** Numbers that the dense matrices of one slice may hold (64 MB): larger batches go through in slices. */
export const MAX_PREFIX_CELLS = 8_000_000;

/** Runs a batch whole, or slice by slice where its prefixes would make too large a dense matrix. */
export async function inferInSlices(
  batch: Batch,
  prefixes: readonly NativePrefix[],
  run: (batch: Batch) => Promise<Outputs>,
): Promise<Outputs> {
  const width = prefixes.reduce((sum, prefix) => sum + prefix.width, 0);
  const step = Math.max(1, Math.floor(MAX_PREFIX_CELLS / Math.max(1, width)));
  if (width === 0 || batch.kind !== 'table' || batch.rows <= step) return run(batch);
  const slices: Outputs[] = [];
  for (let start = 0; start < batch.rows; start += step) {
    const end = Math.min(start + step, batch.rows);
    const columns = batch.columns.map((column) => column.slice(start, end));
    slices.push(await run({ kind: 'table', rows: end - start, columns }));
  }
  return concatenateOutputs(slices);
}
