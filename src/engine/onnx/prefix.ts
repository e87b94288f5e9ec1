import type { PrefixInput } from '../../compile/plan.ts';
import type { Matrix } from '../../model/tensor.ts';
import { vectorizerWidth } from '../../model/text.ts';

/** A native step in front of the graph: one text column becomes a dense matrix that the graph takes as an input. */
export interface NativePrefix {
  /** Index of the text column in the table. */
  readonly column: number;
  /** Graph input that takes the matrix, `[N, width]` float64. */
  readonly input: string;
  /** Columns of the matrix (one a term of the vocabulary, or a value of the hash). */
  readonly width: number;
  evaluate(cells: readonly (string | null)[]): Matrix;
}

/**
 * Evaluators of what a compiled plan puts in front of its graph; ready ones pass through. Their code is loaded only where a
 * plan has them.
 */
export const preparePrefixes = (
  prefixes: readonly (PrefixInput | NativePrefix)[],
): Promise<readonly NativePrefix[]> =>
  Promise.all(
    prefixes.map((prefix) => {
      if (!('step' in prefix)) return prefix;
      return prefix.step === 'category-hash' ? hashing(prefix) : counting(prefix, prefix.step);
    }),
  );

async function counting(
  { column, input }: PrefixInput,
  step: Exclude<PrefixInput['step'], 'category-hash'>,
): Promise<NativePrefix> {
  const { prepareTextCounter } = await import('../native/text/count.ts');
  const { scatter } = await import('../native/block.ts');
  const count = prepareTextCounter(step, input);
  const evaluate = (cells: readonly (string | null)[]): Matrix => {
    const block = count(cells);
    const data = new Float64Array(block.rows * block.cols);
    scatter(block, 0, block.rows, data);
    return { rows: block.rows, cols: block.cols, data };
  };
  return { column, input, width: vectorizerWidth(step), evaluate };
}

async function hashing({ column, input }: PrefixInput): Promise<NativePrefix> {
  const { hashCategory } = await import('../native/catboost/hash/category-hash.ts');
  const { refuseCell } = await import('../native/block.ts');
  const hash = (cell: string | null, row: number): number =>
    cell === null
      ? refuseCell(row, input, 'expected a string or an integer, got a missing value')
      : hashCategory(cell);
  const evaluate = (cells: readonly (string | null)[]): Matrix => ({
    rows: cells.length,
    cols: 1,
    data: Float64Array.from(cells, hash),
  });
  return { column, input, width: 1, evaluate };
}
