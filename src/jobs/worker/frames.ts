import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import { bigintItems, numberItems, validityBits, vectorItems } from '../../duckdb/vector-items.ts';
import type { ColumnFrame, ColumnVector } from '../../scorer/frame.ts';
import type { SelectedFeature } from './features.ts';

/** The first columns of a block of DuckDB as a frame: arrays are DuckDB's own, only texts and lists are built. */
export function frameOfBlock(block: DuckDBDataChunk, features: readonly SelectedFeature[]): ColumnFrame {
  const rows = block.rowCount;
  return {
    rows,
    columns: features.map(({ kind }, j) => vectorOf(block.getColumnVector(j), kind, rows)),
  };
}

function vectorOf(vector: DuckDBVector, kind: ColumnVector['kind'], rows: number): ColumnVector {
  if (kind === 'texts') return { kind, values: Array.from({ length: rows }, (_, i) => textAt(vector, i)) };
  if (kind === 'lists')
    return { kind, values: Array.from({ length: rows }, (_, i) => plain(vector.getItem(i))) };
  const valid = validityOf(validityBits(vector), rows);
  if (kind === 'bools') return { kind, values: vectorItems(vector, Uint8Array), valid };
  if (kind === 'numbers') return { kind, values: numberItems(vector), valid };
  return { kind, values: bigintItems(vector), valid };
}

function textAt(vector: DuckDBVector, row: number): string | null {
  const text = vector.getItem(row);
  return text === null ? null : String(text);
}

/** DuckDB keeps one bit a row, lowest first. */
export function validityOf(words: BigUint64Array | null, rows: number): Uint8Array | null {
  if (words === null) return null;
  const bits = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const valid = new Uint8Array(rows);
  let count = 0;
  for (let i = 0; i < rows; i++) {
    const bit = (bits[i >> 3]! >> (i & 7)) & 1;
    valid[i] = bit;
    count += bit;
  }
  return count === rows ? null : valid;
}

/** Nested lists of DuckDB as nested arrays. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('items' in value)) return value;
  return Array.isArray(value.items) ? value.items.map(plain) : value;
}

/** The frame with only those rows, in their order. */
export function takeFrameRows(frame: ColumnFrame, rows: readonly number[]): ColumnFrame {
  return { rows: rows.length, columns: frame.columns.map((column) => take(column, rows)) };
}

function take(vector: ColumnVector, rows: readonly number[]): ColumnVector {
  if (vector.kind === 'texts')
    return { kind: 'texts', values: rows.map((row) => elementAt(vector.values, row)) };
  if (vector.kind === 'lists') return { kind: 'lists', values: rows.map((row) => vector.values[row]) };
  const values = vector.values.slice(0, rows.length);
  const valid = vector.valid === null ? null : new Uint8Array(rows.length);
  rows.forEach((row, i) => {
    values[i] = vector.values[row]!;
    if (valid !== null) valid[i] = vector.valid![row]!;
  });
  return { ...vector, values, valid } as ColumnVector;
}
