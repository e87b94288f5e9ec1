/** Cells of a frame into arrays, checked as the doors check them. Pure. */
import type { CellFault } from '../serving/rows/input-errors.ts';
import type { TensorElement } from '../serving/rows/tensor-element.ts';
import type { RowFaults } from './faults.ts';
import type { ColumnVector } from './frame.ts';

/** One column as the model wants it. */
export interface CellColumn {
  readonly name: string;
  /** The check of one cell; a fault where it does not fit. 64-bit integers come as they are, what is missing as null. */
  readonly read: (value: unknown) => TensorElement | null | CellFault;
  /** Magnitude up to which any number will do as it is; -1 where each cell has to be looked at. */
  readonly free: number;
  /** Whether a missing number will do as NaN. */
  readonly missing: boolean;
}

/** Where the cells of a column go: element `at` of every `width`. */
export interface CellSlot {
  readonly width: number;
  readonly at: number;
}

/** Rows of a column that are unpacked at once. */
const TILE = 2048;
/** Their numbers, as float64, whatever they come as: one kind of array in the loops below. */
const scratch = new Float64Array(TILE);

/** Packs a column into a matrix. Cells that do not fit become faults, and what stands in their place means nothing. */
export function packNumbers(
  vector: ColumnVector,
  column: CellColumn,
  rows: number,
  slot: CellSlot,
  matrix: Float64Array,
  faults: RowFaults,
): void {
  const { free, missing, name, read } = column;
  for (let from = 0; from < rows; from += TILE) {
    const to = Math.min(from + TILE, rows);
    const plain = free >= 0 && unpack(vector, from, to);
    if (plain && copyNumbers(from, to, slot, column, matrix) === 0) continue;
    for (let row = from; row < to; row++) {
      const value = scratch[row - from]!;
      if (plain && (Math.abs(value) <= free || (missing && Number.isNaN(value)))) continue;
      const cell = read(vectorCellOf(vector, row));
      if (isFault(cell)) faults.add(row, name, cell);
      else matrix[row * slot.width + slot.at] = cell as number;
    }
  }
}

/** Copies a tile as it is, and counts the numbers that have to be looked at: all rows pass through these loops. */
function copyNumbers(
  from: number,
  to: number,
  { width, at }: CellSlot,
  column: CellColumn,
  matrix: Float64Array,
): number {
  const { free, missing } = column;
  const values = scratch;
  const count = to - from;
  let odd = 0;
  for (let i = 0, k = from * width + at; i < count; i++, k += width) {
    const value = values[i]!;
    if (!(Math.abs(value) <= free)) odd++;
    matrix[k] = value;
  }
  if (odd > 0 && missing) for (let i = 0; i < count; i++) if (Number.isNaN(values[i])) odd--;
  return odd;
}

/** The same for cells of any kind. */
export function packElements(
  vector: ColumnVector,
  column: CellColumn,
  rows: number,
  { width, at }: CellSlot,
  elements: (TensorElement | null)[],
  faults: RowFaults,
): void {
  for (let row = 0; row < rows; row++) {
    const cell = column.read(vectorCellOf(vector, row));
    if (isFault(cell)) faults.add(row, column.name, cell);
    else elements[row * width + at] = cell;
  }
}

const isFault = (cell: TensorElement | null | CellFault): cell is CellFault =>
  typeof cell === 'object' && cell !== null;

/** Numbers of a tile into `scratch`, NaN where one is missing; false where the column holds none. */
function unpack(vector: ColumnVector, from: number, to: number): boolean {
  if (vector.kind === 'texts' || vector.kind === 'lists') return false;
  if (vector.kind === 'numbers') scratch.set(vector.values.subarray(from, to));
  else if (vector.kind === 'bigints') unpackBigInts(vector.values, from, to);
  else for (let row = from; row < to; row++) scratch[row - from] = vector.values[row] === 1 ? 1 : 0;
  if (vector.valid !== null) blank(vector.valid.subarray(from, to));
  return true;
}

/** Puts NaN where there is no value. */
function blank(valid: Uint8Array): void {
  for (let i = 0; i < valid.length; i++) if (valid[i] === 0) scratch[i] = Number.NaN;
}

/** As `Number` of each, from its two halves: one addition, so rounded once; no object for each. Little-endian. */
function unpackBigInts(values: BigInt64Array | BigUint64Array, from: number, to: number): void {
  const { buffer, byteOffset } = values;
  const low = new Uint32Array(buffer, byteOffset + from * 8, (to - from) * 2);
  const high =
    values instanceof BigInt64Array
      ? new Int32Array(buffer, byteOffset + from * 8, low.length)
      : new Uint32Array(buffer, byteOffset + from * 8, low.length);
  for (let k = 0; k < low.length; k += 2) scratch[k >> 1] = high[k + 1]! * 2 ** 32 + low[k]!;
}

/** One cell: null where there is none, 64-bit integers exact. */
export function vectorCellOf(vector: ColumnVector, row: number): unknown {
  switch (vector.kind) {
    case 'texts':
    case 'lists':
      return vector.values[row] ?? null;
    case 'bools':
      return vector.valid?.[row] === 0 ? null : vector.values[row] === 1;
    case 'numbers':
    case 'bigints':
      return vector.valid?.[row] === 0 ? null : vector.values[row];
  }
}
