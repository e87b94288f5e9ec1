/** DuckDB's types in PostgreSQL: what a column becomes, what it may go into, and how its values are spelled. Pure. */
import { identifier } from '../../sql.ts';
import type { SinkColumn } from '../sink.ts';

interface Family {
  /** Name of the type in a table that is made; `type` is DuckDB's. */
  readonly made: (type: string) => string;
  /** Names of the types (pg_type.typname) of columns that take such values, beside texts. */
  readonly into: readonly string[];
  /** The value as PostgreSQL reads it, of DuckDB's expression. */
  readonly spelled?: (cell: string) => string;
}

const NUMBERS = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'];
const TEXTS = ['text', 'varchar', 'bpchar', 'citext', 'name'];
const same = (name: string) => (): string => name;
/** DuckDB writes "(BC)" behind years before 1. */
const withEra = (cell: string): string => `replace(${cell}::VARCHAR, ' (BC)', ' BC')`;
const family = (made: string, into: readonly string[], spelled?: Family['spelled']): Family => ({
  made: same(made),
  into,
  ...(spelled && { spelled }),
});

const SMALL = family('smallint', NUMBERS);
const WHOLE = family('integer', NUMBERS);
const BIG = family('bigint', NUMBERS);
const TIMESTAMP = family('timestamp', ['timestamp', 'timestamptz'], withEra);
const NESTED = family('jsonb', ['jsonb', 'json'], (cell) => `to_json(${cell})`);
const OTHER = family('text', [], (cell) => `${cell}::VARCHAR`);

const FAMILIES: Readonly<Record<string, Family>> = {
  TINYINT: SMALL,
  SMALLINT: SMALL,
  UTINYINT: SMALL,
  INTEGER: WHOLE,
  USMALLINT: WHOLE,
  BIGINT: BIG,
  UINTEGER: BIG,
  UBIGINT: family('numeric(20, 0)', NUMBERS),
  HUGEINT: family('numeric(39, 0)', NUMBERS),
  UHUGEINT: family('numeric(39, 0)', NUMBERS),
  FLOAT: family('real', ['float4', 'float8', 'numeric']),
  DOUBLE: family('double precision', ['float4', 'float8', 'numeric']),
  BOOLEAN: family('boolean', ['bool']),
  VARCHAR: family('text', ['uuid', 'json', 'jsonb', 'enum']),
  JSON: family('jsonb', ['jsonb', 'json']),
  UUID: family('uuid', ['uuid']),
  BLOB: family('bytea', ['bytea'], (cell) => `'\\x' || hex(${cell})`),
  DATE: family('date', ['date', 'timestamp', 'timestamptz'], withEra),
  TIME: family('time', ['time', 'timetz']),
  'TIME WITH TIME ZONE': family('timetz', ['timetz', 'time']),
  TIMESTAMP,
  TIMESTAMP_S: TIMESTAMP,
  TIMESTAMP_MS: TIMESTAMP,
  // PostgreSQL has microseconds: what is below them is rounded.
  TIMESTAMP_NS: TIMESTAMP,
  'TIMESTAMP WITH TIME ZONE': family('timestamptz', ['timestamptz', 'timestamp'], withEra),
  INTERVAL: family('interval', ['interval']),
};

const DECIMAL: Family = {
  made: (type) => type.replace('DECIMAL', 'numeric'),
  into: ['numeric', 'float8', 'float4'],
};

function familyOf(type: string): Family {
  if (type.startsWith('DECIMAL')) return DECIMAL;
  if (type.startsWith('ENUM')) return FAMILIES['VARCHAR']!;
  if (/\]$|^(?:STRUCT|MAP|UNION)\b/.test(type)) return NESTED;
  return FAMILIES[type] ?? OTHER;
}

/** Type of the column in a table that is made for it. */
export const madeType = (type: string): string => familyOf(type).made(type);

/** Whether a column of `typname` (`enum` for any enumeration) takes values of DuckDB's type. */
export const fits = (type: string, typname: string): boolean =>
  TEXTS.includes(typname) || familyOf(type).into.includes(typname);

/** What is selected for a column. */
export function spelled({ name, type }: SinkColumn): string {
  const cell = identifier(name);
  return familyOf(type).spelled?.(cell) ?? cell;
}
