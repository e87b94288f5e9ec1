/**
 * PostgreSQL's types in DuckDB: each value as the same value, or as its text. Numbers without a declared precision
 * become doubles, since their digits have no bound; a key of that type stays text.
 *
 * Binary forms: the `send` functions of https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4 and
 * src/backend/utils/adt: big-endian; dates and times count from 2000-01-01.
 */
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBUUIDValue,
  type DuckDBValue,
} from '@duckdb/node-api';

/** Value of a field in binary form; undefined where DuckDB's type cannot hold it. */
export type FieldDecoder = (bytes: Buffer, at: number, length: number) => DuckDBValue | undefined;

export interface SelectedType {
  /** DuckDB's name of the type. */
  readonly type: string;
  /** Whether the value is to be selected as its text. */
  readonly asText: boolean;
  readonly decode: FieldDecoder;
}

const DAYS = 10_957;
const MICROS = 946_684_800_000_000n;
const INT64_MAX = 2n ** 63n - 1n;
const INT32_MAX = 2 ** 31 - 1;

const text: FieldDecoder = (bytes, at, length) => bytes.toString('utf8', at, at + length);

const date: FieldDecoder = (bytes, at) => {
  const days = bytes.readInt32BE(at);
  if (days === INT32_MAX) return DuckDBDateValue.PosInf;
  return days === -INT32_MAX - 1 ? DuckDBDateValue.NegInf : new DuckDBDateValue(days + DAYS);
};

/** Microseconds since 1970; infinities are the ends of the range, in DuckDB without the last. */
function micros(bytes: Buffer, at: number): bigint | undefined {
  const value = bytes.readBigInt64BE(at);
  if (value === INT64_MAX) return INT64_MAX;
  if (value === -INT64_MAX - 1n) return -INT64_MAX;
  const since = value + MICROS;
  return since < INT64_MAX && since > -INT64_MAX ? since : undefined;
}

const timestamp: FieldDecoder = (bytes, at) => {
  const value = micros(bytes, at);
  return value === undefined ? undefined : new DuckDBTimestampValue(value);
};
const timestamptz: FieldDecoder = (bytes, at) => {
  const value = micros(bytes, at);
  return value === undefined ? undefined : new DuckDBTimestampTZValue(value);
};

/** PostgreSQL writes as many decimals as the type has; NaN is no decimal. */
function decimal(width: number, scale: number): FieldDecoder {
  return (bytes, at, length) => {
    const digits = bytes.toString('latin1', at, at + length).replace('.', '');
    return digits === 'NaN' ? undefined : new DuckDBDecimalValue(BigInt(digits), width, scale);
  };
}

const uuid: FieldDecoder = (bytes, at) =>
  DuckDBUUIDValue.fromUint128((bytes.readBigUInt64BE(at) << 64n) | bytes.readBigUInt64BE(at + 8));

const TEXT: SelectedType = { type: 'VARCHAR', asText: true, decode: text };
const DOUBLE: SelectedType = {
  type: 'DOUBLE',
  asText: true,
  decode: (bytes, at, length) => Number(bytes.toString('latin1', at, at + length)),
};
const NUMERIC = 1700;

/** By object identifier, which built-in types have for ever (src/include/catalog/pg_type.dat). */
const TYPES: Readonly<Record<number, Omit<SelectedType, 'asText'>>> = {
  16: { type: 'BOOLEAN', decode: (bytes, at) => bytes[at] === 1 },
  17: {
    type: 'BLOB',
    decode: (bytes, at, length) => new DuckDBBlobValue(Buffer.from(bytes.subarray(at, at + length))),
  },
  20: { type: 'BIGINT', decode: (bytes, at) => bytes.readBigInt64BE(at) },
  21: { type: 'SMALLINT', decode: (bytes, at) => bytes.readInt16BE(at) },
  23: { type: 'INTEGER', decode: (bytes, at) => bytes.readInt32BE(at) },
  26: { type: 'UINTEGER', decode: (bytes, at) => bytes.readUInt32BE(at) },
  700: { type: 'FLOAT', decode: (bytes, at) => bytes.readFloatBE(at) },
  701: { type: 'DOUBLE', decode: (bytes, at) => bytes.readDoubleBE(at) },
  1082: { type: 'DATE', decode: date },
  1083: { type: 'TIME', decode: (bytes, at) => new DuckDBTimeValue(bytes.readBigInt64BE(at)) },
  1114: { type: 'TIMESTAMP', decode: timestamp },
  1184: { type: 'TIMESTAMP WITH TIME ZONE', decode: timestamptz },
  2950: { type: 'UUID', decode: uuid },
};

/** How a column of PostgreSQL comes; `modifier` is the type's, -1 where it has none. */
export function columnType(oid: number, modifier: number, isKey: boolean): SelectedType {
  if (oid === NUMERIC) return numericType(modifier) ?? (isKey ? TEXT : DOUBLE);
  const known = TYPES[oid];
  return known === undefined ? TEXT : { ...known, asText: false };
}

/** Precision and scale as `numerictypmodin` packs them; null where DuckDB has no such decimal. */
function numericType(modifier: number): SelectedType | null {
  if (modifier < 4) return null;
  const width = ((modifier - 4) >> 16) & 0xffff;
  // Eleven bits with a sign, since PostgreSQL 15.
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  if (width > 38 || scale < 0 || scale > width) return null;
  return { type: `DECIMAL(${width},${scale})`, asText: true, decode: decimal(width, scale) };
}
