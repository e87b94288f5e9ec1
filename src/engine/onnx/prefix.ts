import type { ColumnInput, PrefixInput } from '../../compile/plan.ts';
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

export type { ColumnInput };

/**
 * Evaluators of what a compiled plan puts in front of its graph; ready ones pass through. The text code is loaded only
 * where a plan has text.
 */
export async function preparePrefixes(
  prefixes: readonly (PrefixInput | NativePrefix)[],
): Promise<readonly NativePrefix[]> {
  if (prefixes.length === 0) return [];
  const { prepareTextCounter } = await import('../native/text/count.ts');
  const { scatter } = await import('../native/block.ts');
  return prefixes.map((prefix) => {
    if (!('step' in prefix)) return prefix;
    const { column, input, step } = prefix;
    const count = prepareTextCounter(step, input);
    const evaluate = (cells: readonly (string | null)[]): Matrix => {
      const block = count(cells);
      const data = new Float64Array(block.rows * block.cols);
      scatter(block, 0, block.rows, data);
      return { rows: block.rows, cols: block.cols, data };
    };
    return { column, input, width: step.vocabulary.length, evaluate };
  });
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
