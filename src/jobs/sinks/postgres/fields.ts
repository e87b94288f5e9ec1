/**
 * Fields of rows in PostgreSQL's binary form, from DuckDB's vectors. Pure.
 *
 * The forms are those of the `recv` functions in src/backend/utils/adt: big-endian; dates and times count from
 * 2000-01-01. What DuckDB can do it does: each type of column has the expression that is selected for it.
 */
import type { DuckDBBlobValue, DuckDBIntervalValue, DuckDBVector } from '@duckdb/node-api';
import { elementAt } from '../../../core/element-at.ts';
import type { DuckDBColumn } from '../../../duckdb/copy.ts';
import { textEntries, vectorItems } from '../../../duckdb/vector-items.ts';
import { identifier } from '../../../sql/identifiers.ts';
import { numericDigits } from './numeric.ts';
import type { CopyOutput } from './output.ts';
import { isNested } from './types.ts';

/** Writes the value of a row, which is not null, with its length. */
export type WriteField = (row: number, out: CopyOutput) => void;

export interface FieldEncoding {
  /** What is selected, of DuckDB's expression and type; null where the first is. */
  readonly select: (cell: string, type: string) => readonly string[];
  /** Of the vectors of what was selected. */
  readonly fields: (vectors: readonly DuckDBVector[]) => WriteField;
}

type Select = (cell: string, type: string) => string;

const cast =
  (type: string) =>
  (cell: string): string =>
    `${cell}::${type}`;
const one = (select: Select, fields: (vector: DuckDBVector) => WriteField): FieldEncoding => ({
  select: (cell, type) => [select(cell, type)],
  fields: (vectors) => fields(elementAt(vectors, 0)),
});

const numbers = <T extends ArrayLike<number>>(
  Kind: abstract new (...args: never[]) => T,
  select: Select,
  write: (value: number, out: CopyOutput) => void,
): FieldEncoding =>
  one(select, (vector) => {
    const items = vectorItems(vector, Kind);
    return (row, out) => write(items[row]!, out);
  });

/** 64 bits as DuckDB has them: the lower half first. */
const longs = (select: Select): FieldEncoding =>
  one(select, (vector) => {
    const items = vectorItems(vector, BigInt64Array);
    const halves = new Int32Array(items.buffer, items.byteOffset, items.length * 2);
    return (row, out) => out.long(halves[2 * row + 1]!, halves[2 * row]!);
  });

/** DuckDB keeps texts of up to twelve bytes within the vector: https://duckdb.org/docs/stable/internals/vector.html */
const INLINE = 12;
const ENTRY = 16;
/** So many pieces of twelve bytes are selected beside a text: to follow a pointer costs as much as fifty of them. */
const PIECES = 3;

const texts = (prefix: number | null): FieldEncoding => ({
  select: (cell, type) => {
    const text = textOf(cell, type);
    const piece = (_: unknown, i: number) => `encode(${text})[${i * INLINE + 1}:${(i + 1) * INLINE}]`;
    return [text, ...Array.from({ length: PIECES }, piece)];
  },
  fields: (vectors) => {
    const [whole, pieces] = [elementAt(vectors, 0), vectors.slice(1)];
    const entries = textEntries(whole);
    const inline = pieces.map((piece) => entriesOf(piece));
    return (row, out) => {
      const length = entries.getUint32(row * ENTRY, true);
      if (length > PIECES * INLINE) out.text(String(whole.getItem(row)), length, prefix);
      else {
        out.begin(length, prefix);
        for (let i = 0; i * INLINE < length; i += 1)
          out.more(inline[i]!, row * ENTRY + 4, Math.min(INLINE, length - i * INLINE));
      }
    };
  },
});

function entriesOf(vector: DuckDBVector): Uint8Array {
  const { buffer, byteOffset, byteLength } = textEntries(vector);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function textOf(cell: string, type: string): string {
  if (isNested(type)) return `to_json(${cell})::VARCHAR`;
  if (type === 'BLOB') return `'\\x' || hex(${cell})`;
  // DuckDB writes "(BC)" behind years before 1.
  return /^(?:DATE|TIMESTAMP)/.test(type) ? `replace(${cell}::VARCHAR, ' (BC)', ' BC')` : `${cell}::VARCHAR`;
}

const blobs = (select: Select): FieldEncoding =>
  one(select, (vector) => (row, out) => {
    const { bytes } = vector.getItem(row) as DuckDBBlobValue;
    out.begin(bytes.length, null);
    out.more(bytes, 0, bytes.length);
  });

const EPOCH_DAY = "DATE '2000-01-01'";
const EPOCH_MICROS = '946684800000000';

function days(cell: string): string {
  const infinite = `if(${cell} > ${EPOCH_DAY}, 2147483647, -2147483648)`;
  return `CASE WHEN isfinite(${cell}) THEN datediff('day', ${EPOCH_DAY}, ${cell}) WHEN isinf(${cell}) THEN ${infinite} END::INTEGER`;
}

/** Times without a zone are taken to be in UTC, where the column has one, and the other way round. */
function micros(cell: string, type: string): string {
  const time = type === 'TIMESTAMP WITH TIME ZONE' ? cell : `${cell}::TIMESTAMP`;
  const infinite = `if(${time} > ${EPOCH_DAY}, 9223372036854775807, -9223372036854775807 - 1)`;
  return `CASE WHEN isfinite(${time}) THEN epoch_us(${time}) - ${EPOCH_MICROS} WHEN isinf(${time}) THEN ${infinite} END::BIGINT`;
}

const NUMERIC = one(
  cast('VARCHAR'),
  (vector) => (row, out) => out.shorts(numericDigits(String(vector.getItem(row)))),
);

const INTERVAL = one(
  (cell) => cell,
  (vector) => (row, out) => {
    const { micros, days, months } = vector.getItem(row) as DuckDBIntervalValue;
    out.interval(micros, days, months);
  },
);

const TEXT = texts(null);
const TIME = longs(micros);

/** By pg_type.typname. */
const ENCODINGS: Readonly<Record<string, FieldEncoding>> = {
  int2: numbers(Int16Array, cast('SMALLINT'), (value, out) => out.short(value)),
  int4: numbers(Int32Array, cast('INTEGER'), (value, out) => out.int(value)),
  int8: longs(cast('BIGINT')),
  float4: numbers(Float32Array, cast('FLOAT'), (value, out) => out.float(value)),
  float8: numbers(Float64Array, cast('DOUBLE'), (value, out) => out.double(value)),
  bool: numbers(Uint8Array, cast('BOOLEAN::UTINYINT'), (value, out) => out.byte(value)),
  numeric: NUMERIC,
  // The first byte is the version of the form.
  jsonb: texts(1),
  uuid: blobs((cell) => `unhex(replace(${cell}::UUID::VARCHAR, '-', ''))`),
  bytea: blobs((cell) => cell),
  date: numbers(Int32Array, days, (value, out) => out.int(value)),
  time: longs((cell) => `epoch_us(${cell})`),
  timestamp: TIME,
  timestamptz: TIME,
  interval: INTERVAL,
};

/** How values come into a column of `typname`; texts, JSON and enumerations as their text. */
export const fieldEncodingOf = (typname: string): FieldEncoding => ENCODINGS[typname] ?? TEXT;

/** What is selected for a column that goes into one of `typname`. */
export const selected = ({ name, type }: DuckDBColumn, typname: string): readonly string[] =>
  fieldEncodingOf(typname).select(identifier(name), type);
