/** Vectors of DuckDB → columns of values, without an object a cell. */
import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import type { ValueColumn } from '../reference/reference-profile.ts';
import type { TableCell } from './table-cells.ts';

/** What vectors are made of, which their declared type does not show: `validity` has a bit a row, 1 where there is a value. */
interface RawVector {
  readonly items: RawNumbers;
  readonly validity: { readonly data: BigUint64Array<ArrayBuffer> | null };
}

type RawNumbers =
  | Float64Array
  | Float32Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** 16 bytes a text: its length, then the text where it has at most 12 bytes, else a pointer. */
interface RawTexts {
  readonly dataView: DataView;
  readonly validity: RawVector['validity'];
}

/** What the class keeps to itself (`@duckdb/node-api`, DuckDBVector.ts): reading values one by one costs ten times as much. */
const rawOf = (vector: DuckDBVector): RawVector & RawTexts => vector as unknown as RawVector & RawTexts;

/**
 * A column of a block. Its values are copied, so that the chunk's memory, which is none of the heap, can go at once: numbers
 * into `room`, with a place for each row.
 */
export function readVector(
  chunk: DuckDBDataChunk,
  column: number,
  kind: TableCell['kind'],
  room: Float64Array,
): ValueColumn {
  const vector = chunk.getColumnVector(column);
  const rows = chunk.rowCount;
  if (kind === 'text') return { kind: 'category', values: readTexts(vector, rows) };
  const { items, validity } = rawOf(vector);
  const nulls = nullsOf(validity.data, rows);
  if (kind === 'flag') {
    const values = Array.from(items.subarray(0, rows), (x, i) => (nulls?.[i] === 1 ? null : String(x === 1)));
    return { kind: 'category', values };
  }
  const values = room.subarray(0, rows);
  values.set(items.subarray(0, rows));
  if (nulls !== null) for (let i = 0; i < rows; i++) if (nulls[i] === 1) values[i] = Number.NaN;
  return { kind: 'number', values, nulls };
}

/** A copy of bytes as they are, or null where all are 0. */
export function readFlags(chunk: DuckDBDataChunk, column: number): Uint8Array | null {
  const { items } = rawOf(chunk.getColumnVector(column));
  const flags = (items as Uint8Array).subarray(0, chunk.rowCount);
  return flags.includes(1) ? flags.slice() : null;
}

/** 1 where there is no value; null where every row has one. */
function nullsOf(words: BigUint64Array<ArrayBuffer> | null, rows: number): Uint8Array | null {
  if (words === null) return null;
  const bits = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const nulls = new Uint8Array(rows);
  let any = 0;
  for (let i = 0; i < rows; i++) {
    const isNull = 1 - ((bits[i >> 3]! >> (i & 7)) & 1);
    nulls[i] = isNull;
    any |= isNull;
  }
  return any === 0 ? null : nulls;
}

/** Entries of the memory of short texts: categories are mostly short, and mostly the same. */
const MEMORY = 1024;

function readTexts(vector: DuckDBVector, rows: number): (string | null)[] {
  const { dataView, validity } = rawOf(vector);
  const nulls = nullsOf(validity.data, rows);
  const words = new Uint32Array(dataView.buffer, dataView.byteOffset, rows * 4);
  const seen = new Uint32Array(MEMORY * 4);
  const texts = new Array<string | undefined>(MEMORY);
  const values = new Array<string | null>(rows);
  for (let i = 0; i < rows; i++) {
    if (nulls?.[i] === 1) {
      values[i] = null;
      continue;
    }
    const at = i * 4;
    const [a, b, c, d] = [words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!];
    if (a > 12) {
      values[i] = vector.getItem(i) as string;
      continue;
    }
    const slot =
      (Math.imul(a ^ Math.imul(b, 31) ^ Math.imul(c, 0x9e3779b1) ^ d, 0x85ebca6b) >>> 22) & (MEMORY - 1);
    const own = slot * 4;
    let text = texts[slot];
    if (
      text === undefined ||
      seen[own] !== a ||
      seen[own + 1] !== b ||
      seen[own + 2] !== c ||
      seen[own + 3] !== d
    ) {
      text = vector.getItem(i) as string;
      texts[slot] = text;
      seen.set([a, b, c, d], own);
    }
    values[i] = text;
  }
  return values;
}
