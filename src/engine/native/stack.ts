import { elementAt } from '../../core/element-at.ts';
import { columnOf, createScratch, type DenseBlock, type RowBlock, type SparseBlock } from './block.ts';

/** A branch's output and the weight multiplied onto it. */
export interface StackPart {
  readonly block: RowBlock;
  readonly weight: number | null;
}

/** Joins outputs side by side, in order. */
export type BlockStack = (parts: readonly StackPart[], rows: number) => RowBlock;

/**
 * Makes a join ready: all dense gives dense, anything sparse gives sparse, a string column gives columns.
 * The numbers do not depend on which of them it is.
 */
export function prepareStack(names: readonly string[]): BlockStack {
  const scratch = createScratch();
  return (parts, rows) => {
    const cols = parts.reduce((sum, { block }) => sum + block.cols, 0);
    if (parts.some(({ block }) => block.kind === 'columns' && !isNumeric(block)))
      return stackColumns(parts, rows, cols, names);
    if (parts.some(({ block }) => block.kind === 'sparse')) return stackSparse(parts, rows, cols);
    return stackDense(parts, rows, cols, scratch(rows * cols));
  };
}

const isNumeric = (block: RowBlock): boolean =>
  block.kind !== 'columns' || block.columns.every((column) => column instanceof Float64Array);

function stackDense(parts: readonly StackPart[], rows: number, cols: number, data: Float64Array): DenseBlock {
  let start = 0;
  for (const { block, weight } of parts) {
    const factor = weight ?? 1;
    const width = block.cols;
    for (let row = 0; row < rows; row++) {
      const at = row * cols + start;
      for (let col = 0; col < width; col++) data[at + col] = numberAt(block, row, col) * factor;
    }
    start += width;
  }
  return { kind: 'dense', rows, cols, data };
}

/** A cell of a dense block or of a number column. */
function numberAt(block: RowBlock, row: number, col: number): number {
  if (block.kind === 'dense') return block.data[row * block.cols + col]!;
  return block.kind === 'columns' ? (elementAt(block.columns, col)[row] as number) : 0;
}

function stackSparse(parts: readonly StackPart[], rows: number, cols: number): SparseBlock {
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    let start = 0;
    for (const { block, weight } of parts) {
      appendRow(block, row, start, weight ?? 1, indices, values);
      start += block.cols;
    }
    indptr[row + 1] = indices.length;
  }
  return {
    kind: 'sparse',
    rows,
    cols,
    indptr,
    indices: Int32Array.from(indices),
    values: Float64Array.from(values),
  };
}

function appendRow(
  block: RowBlock,
  row: number,
  start: number,
  factor: number,
  indices: number[],
  values: number[],
): void {
  if (block.kind === 'sparse') {
    for (let k = block.indptr[row]!; k < block.indptr[row + 1]!; k++) {
      indices.push(start + block.indices[k]!);
      values.push(block.values[k]! * factor);
    }
    return;
  }
  for (let col = 0; col < block.cols; col++) {
    const value = numberAt(block, row, col);
    if (value === 0) continue;
    indices.push(start + col);
    values.push(value * factor);
  }
}

function stackColumns(
  parts: readonly StackPart[],
  rows: number,
  cols: number,
  names: readonly string[],
): RowBlock {
  const columns = parts.flatMap(({ block, weight }) =>
    Array.from({ length: block.cols }, (_, col) => {
      const column = columnOf(block, col, names);
      return weight !== null && column instanceof Float64Array ? column.map((x) => x * weight) : column;
    }),
  );
  return { kind: 'columns', rows, cols, columns };
}
