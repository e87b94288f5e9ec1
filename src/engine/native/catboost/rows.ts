import { elementAt } from '../../../core/element-at.ts';
import type { ColumnValues } from '../../../model/batch.ts';
import { type ColumnsBlock, type DenseBlock, refuseCell } from '../block.ts';
import { hashCategory } from './hash/category-hash.ts';

/** Blocks whose cells can be had by row and column. */
export type CellBlock = ColumnsBlock | DenseBlock;

/** Copies rows `from` to before `to` of a column of numbers. */
export function copyNumbers(
  block: ColumnsBlock,
  column: number,
  from: number,
  to: number,
  x: Float64Array,
  name: string,
): void {
  const values = elementAt(block.columns, column);
  if (values instanceof Float64Array) {
    x.set(values.subarray(from, to));
    return;
  }
  for (let row = from; row < to; row++) {
    const cell = values[row];
    if (cell !== null) refuseCell(row, name, `expected a number, got ${JSON.stringify(cell)}`);
    x[row - from] = Number.NaN;
  }
}

/** Hashes rows `from` to before `to` of a column of categories. */
export function hashCells(
  block: CellBlock,
  column: number,
  from: number,
  to: number,
  hashes: Int32Array,
  name: string,
): void {
  const values = block.kind === 'dense' ? null : elementAt(block.columns, column);
  for (let row = from; row < to; row++) {
    const cell: ColumnValues[number] =
      block.kind === 'dense' ? block.data[row * block.cols + column]! : values![row]!;
    hashes[row - from] = hashCategory(typeof cell === 'string' ? cell : digitsOf(cell, row, name));
  }
}

/** The library hashes an integer by its digits, and refuses any other number. */
function digitsOf(cell: number | null, row: number, name: string): string {
  if (cell !== null && Number.isSafeInteger(cell)) return String(cell);
  const found = cell === null || Number.isNaN(cell) ? 'a missing value' : String(cell);
  return refuseCell(row, name, `expected a string or an integer, got ${found}`);
}
