import type { PrefixInput } from '../../compile/plan.ts';
import type { Matrix } from '../../model/tensor.ts';

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
