import { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import type { ModelEncoding } from '../encoding.ts';
import type { ExplainedEnsemble } from '../trees/ensemble.ts';
import { type RowCell, rowsOfCells } from './changed-rows.ts';

/** Cells of a batch that are compared at once. */
const BLOCK_CELLS = 2 ** 21;

/** Rows as the trees of a model compare them, made of the cells of its columns. */
export interface ComparedRows {
  /** Column of the model that each compared number is made of; -1 where it is made of several. */
  readonly column: Int32Array;
  /** `[rows, column.length]`. Errors: those of a prediction. */
  prepare(rows: number, cell: (row: number, column: number) => RowCell): Float64Array;
  /** Whether a row is taken, and none of the numbers that are made of one column is missing. */
  takes(row: readonly RowCell[], column: number): boolean;
}

/** `like`: any rows of the model. */
export function comparedRows(
  like: Batch,
  width: number,
  { encode }: ModelEncoding,
  { sources: asked, made = asked, prepare }: ExplainedEnsemble,
  sources: Int32Array,
): ComparedRows {
  const column = Int32Array.from(made, (encoded) => {
    const [only = -1, ...others] = new Set(encoded.map((k) => sources[k]!));
    return others.length === 0 ? only : -1;
  });
  const prepared = (rows: number, cell: (row: number, column: number) => RowCell): Float64Array => {
    const out = new Float64Array(rows * column.length);
    const atOnce = Math.max(1, Math.floor(BLOCK_CELLS / Math.max(1, width, column.length)));
    for (let from = 0; from < rows; from += atOnce) {
      const count = Math.min(atOnce, rows - from);
      const batch = rowsOfCells(like, count, (row, k) => cell(from + row, k));
      out.set(prepare(encode(batch)).subarray(0, count * column.length), from * column.length);
    }
    return out;
  };
  const takes = (row: readonly RowCell[], of: number): boolean => {
    try {
      const numbers = prepared(1, (_, k) => row[k] ?? null);
      return numbers.every((value, k) => column[k] !== of || !Number.isNaN(value));
    } catch (error) {
      if (error instanceof PlimsollError) return false;
      throw error;
    }
  };
  return { column, prepare: prepared, takes };
}
