import type { Batch } from '../../model/batch.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { type CellReader, cellReader, isFault } from './cell.ts';
import { type DecodeOptions, decodeInput, ENVELOPES } from './decode.ts';

/** Bodies of more rows than this gain nothing from the short way. */
const ROWS_MAX = 256;

/**
 * `decodeInput` prepared for one signature. Plain rows of numbers go a short way that allocates the batch and nothing
 * else; whatever does not fit it (and so every complaint) goes the long one.
 */
export function compileDecode(signature: Signature, options: DecodeOptions = {}): (body: unknown) => Batch {
  const long = (body: unknown): Batch => decodeInput(body, signature, options);
  if (signature.form === 'tensors') return long;
  const { columns } = signature;
  const names = new Set(columns.map((column) => column.name));
  const numeric = columns.every((column) => column.type !== 'string');
  if (!numeric || columns.length < 2 || ENVELOPES.some((key) => names.has(key))) return long;
  const short = new MatrixDecoder(columns);
  return (body) => short.decode(body) ?? long(body);
}

type JsonObject = Readonly<Record<string, unknown>>;

class MatrixDecoder {
  readonly #width: number;
  readonly #names: readonly string[];
  readonly #readers: readonly CellReader[];
  /** Magnitude up to which any number will do; -1 where a column has more to check. */
  readonly #free: Float64Array;

  constructor(columns: readonly ColumnSpec[]) {
    this.#width = columns.length;
    this.#names = columns.map((column) => column.name);
    this.#readers = columns.map(cellReader);
    this.#free = Float64Array.from(columns, ({ type, categories, ignored, largest = Infinity }) =>
      type === 'number' && !categories && !ignored ? largest : -1,
    );
  }

  /** The batch, or null where the body is anything but plain. */
  decode(body: unknown): Batch | null {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
    const list = this.#listIn(body as JsonObject);
    if (list === null) return this.#build([body], 1);
    return list.length > 0 && list.length <= ROWS_MAX ? this.#build(list, list.length) : null;
  }

  /** The list of rows under `rows` or `instances`, where nothing is beside it. */
  #listIn(body: JsonObject): readonly unknown[] | null {
    for (const key in body) {
      if (key !== 'rows' && key !== 'instances') return null;
      const list = body[key];
      if (!Array.isArray(list)) return null;
      return Object.keys(body).length === 1 ? list : [];
    }
    return null;
  }

  #build(list: readonly unknown[], rows: number): Batch | null {
    const width = this.#width;
    const data = new Float64Array(rows * width);
    for (let i = 0; i < rows; i++) if (!this.#fill(list[i], data, i * width)) return null;
    return { kind: 'matrix', rows, width, data };
  }

  #fill(row: unknown, data: Float64Array, at: number): boolean {
    if (typeof row !== 'object' || row === null) return false;
    if (Array.isArray(row)) {
      if (row.length !== this.#width) return false;
      for (let j = 0; j < row.length; j++) if (!this.#set(row[j], j, data, at)) return false;
      return true;
    }
    // Keys in the order of the signature are the usual case, and the only one that this way knows.
    let j = 0;
    for (const key in row) {
      if (key !== this.#names[j]) return false;
      if (!this.#set((row as JsonObject)[key], j++, data, at)) return false;
    }
    return j === this.#width;
  }

  #set(value: unknown, j: number, data: Float64Array, at: number): boolean {
    if (typeof value === 'number' && Math.abs(value) <= this.#free[j]!) {
      data[at + j] = value;
      return true;
    }
    const cell = this.#readers[j]!(value);
    if (isFault(cell)) return false;
    data[at + j] = cell as number;
    return true;
  }
}
