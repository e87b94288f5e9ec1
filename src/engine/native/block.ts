import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Batch, ColumnValues } from '../../model/batch.ts';

/** Row-major numbers; `data` may be longer than `rows * cols` (a reused buffer). */
export interface DenseBlock {
  readonly kind: 'dense';
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/** Compressed sparse rows: entries of row r are `indptr[r]` to `indptr[r + 1]`, column indexes ascending. */
export interface SparseBlock {
  readonly kind: 'sparse';
  readonly rows: number;
  readonly cols: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Columns of numbers and strings, as a DataFrame; one string column is a text series. */
export interface ColumnsBlock {
  readonly kind: 'columns';
  readonly rows: number;
  readonly cols: number;
  readonly columns: readonly ColumnValues[];
}

/** What flows between steps. A step may reuse the buffers of its own output at its next call. */
export type RowBlock = DenseBlock | SparseBlock | ColumnsBlock;

/** Cells that one dense block may hold (1 GiB of float64): a wide sparse output of many rows must be sliced. */
const DENSE_CELLS_LIMIT = 2 ** 27;
/** Buffers up to this many cells (512 KiB) are kept between calls; larger ones are left to the collector. */
const SCRATCH_CELLS_KEPT = 2 ** 16;

/** Refuses a cell, naming its row and column as the doors do. */
export function refuseCell(row: number, column: string, problem: string): never {
  throw new PlimsollError('INPUT_INVALID', {
    problem: `row ${row}, column "${column}": ${problem}`,
    row,
    column,
  });
}

/** A buffer of at least `cells` numbers, the same one from call to call while it is small enough. */
export function createScratch(): (cells: number) => Float64Array {
  let buffer: Float64Array = new Float64Array(0);
  return (cells) => {
    if (cells <= buffer.length) return buffer;
    const grown = allocateCells(cells);
    if (cells <= SCRATCH_CELLS_KEPT) buffer = grown;
    return grown;
  };
}

/** New zeroed cells, within the limit. */
export function allocateCells(cells: number): Float64Array {
  if (cells > DENSE_CELLS_LIMIT) {
    const problem = `the rows need ${cells} cells in memory, at most ${DENSE_CELLS_LIMIT} fit: send fewer rows at a time`;
    throw new PlimsollError('INPUT_INVALID', { problem });
  }
  return new Float64Array(cells);
}

/** The batch as the first step sees it; shares the batch's arrays, which no step changes. */
export function blockOf(batch: Batch): RowBlock {
  switch (batch.kind) {
    case 'matrix':
      return { kind: 'dense', rows: batch.rows, cols: batch.width, data: batch.data };
    case 'table':
      return { kind: 'columns', rows: batch.rows, cols: batch.columns.length, columns: batch.columns };
    case 'tensors':
      throw new PlimsollError('INPUT_INVALID', {
        problem: 'this model takes rows of columns, not named tensors',
      });
  }
}

/** Every block as dense numbers; `scratch` gives the buffer where one is needed. */
export function toDense(
  block: RowBlock,
  names: readonly string[],
  scratch: (cells: number) => Float64Array,
): DenseBlock {
  if (block.kind === 'dense') return block;
  const data = scratch(block.rows * block.cols);
  if (block.kind === 'sparse') scatter(block, 0, block.rows, data);
  else packColumns(block, names, data);
  return { kind: 'dense', rows: block.rows, cols: block.cols, data };
}

/** Calls `visit` with each row from `first` up to `end`, and where its entries begin and end. */
export function forEachSparseRow(
  { indptr }: Pick<SparseBlock, 'indptr'>,
  visit: (row: number, from: number, to: number) => void,
  first = 0,
  end = indptr.length - 1,
): void {
  for (let row = first; row < end; row++) visit(row, indptr[row]!, indptr[row + 1]!);
}

/** Writes rows `from` to `to` of a sparse block to the start of `data`, zeros included. */
export function scatter(
  block: SparseBlock,
  from: number,
  to: number,
  data: Float64Array | Float32Array,
): void {
  const { cols, indices, values } = block;
  data.fill(0, 0, (to - from) * cols);
  const write = (row: number, begin: number, end: number): void => {
    const base = (row - from) * cols;
    for (let k = begin; k < end; k++) data[base + indices[k]!] = values[k]!;
  };
  forEachSparseRow(block, write, from, to);
}

function packColumns(block: ColumnsBlock, names: readonly string[], data: Float64Array): void {
  const { rows, cols, columns } = block;
  for (let col = 0; col < cols; col++) {
    const values = numbersOf(elementAt(columns, col), names[col] ?? `x${col}`);
    for (let row = 0; row < rows; row++) data[row * cols + col] = values[row]!;
  }
}

/** The column's numbers; refuses the first cell of a string column (null there is a missing number). */
function numbersOf(column: ColumnValues, name: string): Float64Array {
  if (column instanceof Float64Array) return column;
  return Float64Array.from(column, (cell, row) =>
    cell === null ? NaN : refuseCell(row, name, `expected a number, got ${JSON.stringify(cell)}`),
  );
}

/** One column of a block, copied where the block is row-major. */
export function columnOf(block: RowBlock, col: number, names: readonly string[]): ColumnValues {
  if (block.kind === 'columns') return elementAt(block.columns, col);
  const dense = toDense(block, names, allocateCells);
  const values = new Float64Array(dense.rows);
  for (let row = 0; row < dense.rows; row++) values[row] = dense.data[row * dense.cols + col]!;
  return values;
}

/**
 * Refuses the first infinite number of a block, and the first NaN unless `missing` allows it: the check that
 * scikit-learn's estimators make of their input.
 */
export function checkNumbers(
  block: DenseBlock | SparseBlock,
  names: readonly string[],
  missing: 'refused' | 'allowed',
): void {
  const values = block.kind === 'dense' ? block.data : block.values;
  const count = block.kind === 'dense' ? block.rows * block.cols : values.length;
  for (let k = 0; k < count; k++) {
    const value = values[k]!;
    if (Number.isFinite(value) || (missing === 'allowed' && Number.isNaN(value))) continue;
    const row =
      block.kind === 'dense' ? Math.floor(k / block.cols) : block.indptr.findIndex((end) => end > k) - 1;
    const col = block.kind === 'dense' ? k % block.cols : elementAt(block.indices, k);
    refuseNumber(row, names[col] ?? `x${col}`, value);
  }
}

/** Refuses a number an estimator does not take. */
export function refuseNumber(row: number, name: string, value: number): never {
  refuseCell(row, name, `expected a finite number, got ${Number.isNaN(value) ? 'a missing value' : value}`);
}
