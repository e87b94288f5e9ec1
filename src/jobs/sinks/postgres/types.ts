/** DuckDB's types in PostgreSQL: what a column becomes, and what it may go into. Pure. */

interface Family {
  /** Name of the type in a table that is made. */
  readonly made: string;
  /** Names of the types (pg_type.typname) of columns that take such values, beside texts. */
  readonly into: readonly string[];
}

const NUMBERS = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'];
const TEXTS = ['text', 'varchar', 'bpchar', 'citext', 'name'];
const TIMES = ['timestamp', 'timestamptz'];

const SMALL: Family = { made: 'smallint', into: NUMBERS };
const WHOLE: Family = { made: 'integer', into: NUMBERS };
const BIG: Family = { made: 'bigint', into: NUMBERS };
const HUGE: Family = { made: 'numeric(39, 0)', into: NUMBERS };
const TEXT: Family = { made: 'text', into: ['uuid', 'json', 'jsonb', 'enum'] };
// PostgreSQL has microseconds: what is below them is cut off.
const TIMESTAMP: Family = { made: 'timestamp', into: TIMES };
const NESTED: Family = { made: 'jsonb', into: ['jsonb', 'json'] };
const OTHER: Family = { made: 'text', into: [] };

const FAMILIES: Readonly<Record<string, Family>> = {
  TINYINT: SMALL,
  SMALLINT: SMALL,
  UTINYINT: SMALL,
  INTEGER: WHOLE,
  USMALLINT: WHOLE,
  BIGINT: BIG,
  UINTEGER: BIG,
  UBIGINT: { made: 'numeric(20, 0)', into: NUMBERS },
  HUGEINT: HUGE,
  UHUGEINT: HUGE,
  FLOAT: { made: 'real', into: ['float4', 'float8', 'numeric'] },
  DOUBLE: { made: 'double precision', into: ['float4', 'float8', 'numeric'] },
  BOOLEAN: { made: 'boolean', into: ['bool'] },
  VARCHAR: TEXT,
  JSON: NESTED,
  UUID: { made: 'uuid', into: ['uuid'] },
  BLOB: { made: 'bytea', into: ['bytea'] },
  DATE: { made: 'date', into: ['date', ...TIMES] },
  TIME: { made: 'time', into: ['time'] },
  TIMESTAMP,
  TIMESTAMP_S: TIMESTAMP,
  TIMESTAMP_MS: TIMESTAMP,
  TIMESTAMP_NS: TIMESTAMP,
  'TIMESTAMP WITH TIME ZONE': { made: 'timestamptz', into: TIMES },
  INTERVAL: { made: 'interval', into: ['interval'] },
};

/** Whether values of a type of DuckDB hold others: lists, structures. */
export const isNested = (type: string): boolean => /\]$|^(?:STRUCT|MAP|UNION)\b/.test(type);

function familyOf(type: string): Family {
  if (type.startsWith('DECIMAL'))
    return { made: type.replace('DECIMAL', 'numeric'), into: ['numeric', 'float8', 'float4'] };
  if (type.startsWith('ENUM')) return TEXT;
  return isNested(type) ? NESTED : (FAMILIES[type] ?? OTHER);
}

/** Type of the column in a table that is made for it. */
export const madeType = (type: string): string => familyOf(type).made;

/** Whether a column of `typname` (`enum` for any enumeration) takes values of DuckDB's type. */
export const fitsColumnType = (type: string, typname: string): boolean =>
  TEXTS.includes(typname) || familyOf(type).into.includes(typname);
