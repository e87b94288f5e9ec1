import { isRecord } from '../../core/record.ts';
import type { Batch } from '../../model/batch.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { type CellReader, cellReader, isFault } from './cell-reader.ts';
import { type DecodeOptions, decodeInput, ENVELOPES } from './decode.ts';
import { resized, resizedTexts, roomFor } from './room.ts';

/**
 * `decodeInput` prepared for one signature. Rows that fit go a short way that allocates the batch and nothing else;
 * whatever does not fit it (and so every complaint) goes the long one.
 */
export function compileDecode(signature: Signature, options: DecodeOptions = {}): (body: unknown) => Batch {
  const long = (body: unknown): Batch => decodeInput(body, signature, options);
  if (signature.form === 'tensors') return long;
  const { columns } = signature;
  const names = new Set(columns.map((column) => column.name));
  if (columns.length === 0 || ENVELOPES.some((key) => names.has(key))) return long;
  const short = new ShortWay(columns);
  return (body) => short.decode(body) ?? long(body);
}

type JsonObject = Readonly<Record<string, unknown>>;
type Columns = readonly (Float64Array | (string | null)[])[];

class ShortWay {
  readonly #width: number;
  readonly #names: readonly string[];
  readonly #readers: readonly CellReader[];
  /** Whether every column is a number, so that rows go into one matrix. */
  readonly #isMatrix: boolean;
  readonly #isText: readonly boolean[];
  /** Magnitude up to which any number will do; -1 where a column has more to check. */
  readonly #free: Float64Array;

  constructor(columns: readonly ColumnSpec[]) {
    this.#width = columns.length;
    this.#names = columns.map((column) => column.name);
    this.#readers = columns.map(cellReader);
    this.#isText = columns.map((column) => column.type === 'string');
    this.#isMatrix = !this.#isText.includes(true);
    this.#free = Float64Array.from(columns, ({ type, categories, ignored, largest = Infinity }) =>
      type === 'number' && !categories && !ignored ? largest : -1,
    );
  }

  /** The batch, or null where the body is anything but plain. */
  decode(body: unknown): Batch | null {
    if (!isRecord(body)) return null;
    const list = this.#listIn(body);
    if (list === null) return this.#build([body], 1);
    return list.length > 0 ? this.#build(list, list.length) : null;
  }

  /** The list of rows under `rows` or `instances`, where nothing is beside it; null where the body is a row. */
  #listIn(body: JsonObject): readonly unknown[] | null {
    for (const key in body) {
      if (key !== 'rows' && key !== 'instances') return null;
      const list = body[key];
      return Array.isArray(list) && Object.keys(body).length === 1 ? list : [];
    }
    return null;
  }

  #build(list: readonly unknown[], rows: number): Batch | null {
    return this.#isMatrix ? this.#matrix(list, rows) : this.#table(list, rows);
  }

  #matrix(list: readonly unknown[], rows: number): Batch | null {
    const width = this.#width;
    let room = roomFor(0, rows);
    let data: Float64Array = new Float64Array(room * width);
    for (let i = 0; i < rows; i++) {
      if (i === room) {
        room = roomFor(room, rows);
        data = resized(data, room * width);
      }
      if (!this.#fill(list[i], i, data, null)) return null;
    }
    return { kind: 'matrix', rows, width, data };
  }

  #table(list: readonly unknown[], rows: number): Batch | null {
    let room = roomFor(0, rows);
    let columns: Columns = this.#isText.map((text) => (text ? new Array(room) : new Float64Array(room)));
    for (let i = 0; i < rows; i++) {
      if (i === room) {
        room = roomFor(room, rows);
        columns = columns.map((column) =>
          column instanceof Float64Array ? resized(column, room) : resizedTexts(column, room),
        );
      }
      if (!this.#fill(list[i], i, null, columns)) return null;
    }
    return { kind: 'table', rows, columns };
  }

  #fill(row: unknown, i: number, matrix: Float64Array | null, columns: Columns | null): boolean {
    if (typeof row !== 'object' || row === null) {
      return this.#width === 1 && this.#set(row, i, 0, matrix, columns);
    }
    if (Array.isArray(row)) {
      if (row.length !== this.#width) return false;
      for (let j = 0; j < row.length; j++) if (!this.#set(row[j], i, j, matrix, columns)) return false;
      return true;
    }
    // Keys in the order of the signature are the usual case, and the only one that this way knows.
    let j = 0;
    for (const key in row) {
      if (key !== this.#names[j]) return false;
      if (!this.#set((row as JsonObject)[key], i, j++, matrix, columns)) return false;
    }
    return j === this.#width;
  }

  #set(value: unknown, i: number, j: number, matrix: Float64Array | null, columns: Columns | null): boolean {
    const plain = typeof value === 'number' && Math.abs(value) <= this.#free[j]!;
    const cell = plain ? value : this.#readers[j]!(value);
    if (isFault(cell)) return false;
    if (matrix !== null) matrix[i * this.#width + j] = cell as number;
    else if (columns !== null) columns[j]![i] = cell as number;
    return true;
  }
}
