/** Cells of a frame into arrays, checked as the doors check them. Pure. */
import type { Fault } from '../serving/rows/complaints.ts';
import type { Element } from '../serving/rows/element.ts';
import type { RowFaults } from './faults.ts';
import type { Vector } from './frame.ts';

/** One column as the model wants it. */
export interface CellColumn {
  readonly name: string;
  /** The check of one cell; a fault where it does not fit. 64-bit integers come as they are, what is missing as null. */
  readonly read: (value: unknown) => Element | null | Fault;
  /** Magnitude up to which any number will do as it is; -1 where each cell has to be looked at. */
  readonly free: number;
  /** Whether a missing number will do as NaN. */
  readonly missing: boolean;
}

/** Where the cells of a column go: element `at` of every `width`. */
export interface Slot {
  readonly width: number;
  readonly at: number;
}

/** Rows of one column that are packed before those of the next: what is written stays in the nearest cache. */
export const TILE = 128;
/** The numbers of one tile, as float64, whatever they come as: one kind of array in the loops below. */
const scratch = new Float64Array(TILE);

/**
 * Packs rows `from` to `to` of a column, at most `TILE` of them, into a matrix. Cells that do not fit become faults, and what stands in
 * their place means nothing.
 */
export function packNumbers(
  vector: Vector,
  column: CellColumn,
  from: number,
  to: number,
  { width, at }: Slot,
  matrix: Float64Array,
  faults: RowFaults,
): void {
  const { free, missing } = column;
  const plain = free >= 0 && unpack(vector, from, to);
  for (let row = from, k = from * width + at; row < to; row++, k += width) {
    const value = scratch[row - from]!;
    if (plain && (Math.abs(value) <= free || (missing && Number.isNaN(value)))) {
      matrix[k] = value;
      continue;
    }
    const cell = column.read(cellOf(vector, row));
    if (isFault(cell)) faults.add(row, column.name, cell);
    else matrix[k] = cell as number;
  }
}

/** The same for cells of any kind. */
export function packElements(
  vector: Vector,
  column: CellColumn,
  rows: number,
  { width, at }: Slot,
  elements: (Element | null)[],
  faults: RowFaults,
): void {
  for (let row = 0; row < rows; row++) {
    const cell = column.read(cellOf(vector, row));
    if (isFault(cell)) faults.add(row, column.name, cell);
    else elements[row * width + at] = cell;
  }
}

const isFault = (cell: Element | null | Fault): cell is Fault => typeof cell === 'object' && cell !== null;

/** Numbers of a tile into `scratch`, NaN where one is missing; false where the column holds none. */
function unpack(vector: Vector, from: number, to: number): boolean {
  if (vector.kind === 'texts' || vector.kind === 'lists') return false;
  if (vector.kind === 'numbers') scratch.set(vector.values.subarray(from, to));
  else if (vector.kind === 'bigints') unpackBigInts(vector.values, from, to);
  else for (let row = from; row < to; row++) scratch[row - from] = vector.values[row] === 1 ? 1 : 0;
  const { valid } = vector;
  if (valid !== null)
    for (let row = from; row < to; row++) if (valid[row] === 0) scratch[row - from] = Number.NaN;
  return true;
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
export function cellOf(vector: Vector, row: number): unknown {
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
