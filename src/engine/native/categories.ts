import { elementAt } from '../../core/element-at.ts';
import type { ColumnValues } from '../../model/batch.ts';
import type { ColumnCategories } from '../../model/encoding.ts';
import { forEachSparseRow, type RowBlock, refuseCell } from './block.ts';

type Cell = number | string | null;

/** Index of each row's category in column `col` of a block, -1 where it is unknown. */
export type CategoryLookup = (block: RowBlock, col: number) => Int32Array;

/**
 * Makes a lookup ready. NaN (numbers) and null (strings) match the missing category only; -0 is 0, as in numpy.
 * A missing string is null in a string column; a column of numbers holds NaN.
 */
export function prepareLookup(categories: ColumnCategories): CategoryLookup {
  const known = new Map<Cell, number>();
  const values: Iterable<Cell> =
    categories.type === 'bool'
      ? categories.values.map((value) => (value === null ? null : Number(value)))
      : categories.values;
  let index = 0;
  for (const value of values) {
    if (!known.has(value)) known.set(value, index);
    index++;
  }
  // null and NaN are the same category: missing.
  const [given, other] = categories.type === 'number' ? [Number.NaN, null] : [null, Number.NaN];
  const missing = known.get(given);
  if (missing !== undefined) known.set(other, missing);
  return (block, col) => lookup(known, block, col);
}

function lookup(known: Map<Cell, number>, block: RowBlock, col: number): Int32Array {
  const found = new Int32Array(block.rows);
  if (block.kind === 'dense') {
    for (let row = 0; row < block.rows; row++)
      found[row] = known.get(block.data[row * block.cols + col]!) ?? -1;
  } else {
    const column = cellsOf(block, col);
    for (let row = 0; row < block.rows; row++) found[row] = known.get(column[row]!) ?? -1;
  }
  return found;
}

function cellsOf(block: Exclude<RowBlock, { kind: 'dense' }>, col: number): ColumnValues {
  if (block.kind === 'columns') return elementAt(block.columns, col);
  const cells = new Float64Array(block.rows);
  forEachSparseRow(block, (row, from, to) => {
    for (let k = from; k < to; k++) if (block.indices[k] === col) cells[row] = block.values[k]!;
  });
  return cells;
}

/** How many known categories a message lists. */
const LISTED = 5;

/** Refuses the unknown category at `row`, naming it and some that are known. */
export function refuseCategory(
  block: RowBlock,
  row: number,
  col: number,
  name: string,
  categories: ColumnCategories,
): never {
  const cell =
    block.kind === 'dense'
      ? elementAt(block.data, row * block.cols + col)
      : elementAt<Cell>(cellsOf(block, col), row);
  const shown = cell === null || Number.isNaN(cell) ? 'a missing value' : JSON.stringify(cell);
  const every: readonly unknown[] = Array.from<unknown>(categories.values);
  const listed = every.slice(0, LISTED);
  const known = listed.map((value) => JSON.stringify(value)).join(', ');
  const more = categories.values.length > LISTED ? `, … (${categories.values.length} in all)` : '';
  refuseCell(row, name, `unknown category ${shown}, expected one of ${known}${more}`);
}
