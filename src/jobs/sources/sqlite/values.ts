/**
 * SQLite's values in DuckDB. A column of SQLite has a preference, not a type (https://www.sqlite.org/datatype3.html): it
 * gets the type that it prefers, and a row with another kind of value in it cannot be read.
 */
import { DuckDBBlobValue, type DuckDBValue } from '@duckdb/node-api';

export type SqliteValue = bigint | number | string | Uint8Array | null;

export type SqliteType = 'BIGINT' | 'DOUBLE' | 'VARCHAR' | 'BLOB';

/** By what its declaration contains, in SQLite's order; dates, which SQLite has as texts, before what is left. */
const DECLARED: readonly (readonly [RegExp, SqliteType])[] = [
  [/INT/i, 'BIGINT'],
  [/CHAR|CLOB|TEXT/i, 'VARCHAR'],
  [/BLOB/i, 'BLOB'],
  [/REAL|FLOA|DOUB/i, 'DOUBLE'],
  [/BOOL/i, 'BIGINT'],
  [/DATE|TIME/i, 'VARCHAR'],
  [/./, 'DOUBLE'],
];

/** Type of a column as it is declared; null where it is not, as that of an expression. */
export const declaredTypeOf = (declaration: string | null): SqliteType | null =>
  DECLARED.find(([pattern]) => pattern.test(declaration ?? ''))?.[1] ?? null;

/** Type that holds the values of a column that is not declared. */
export function typeOfValues(values: readonly SqliteValue[]): SqliteType {
  const kinds = new Set(values.filter((value) => value !== null).map((value) => typeof value));
  if (kinds.size === 0 || kinds.has('string')) return 'VARCHAR';
  if (kinds.has('object')) return 'BLOB';
  return kinds.has('number') ? 'DOUBLE' : 'BIGINT';
}

/** A value as its column's type; undefined where it is of another kind. */
export function toDuckDB(value: SqliteValue, type: SqliteType): DuckDBValue | undefined {
  if (value === null) return null;
  if (value instanceof Uint8Array) return type === 'BLOB' ? new DuckDBBlobValue(value) : undefined;
  if (type === 'VARCHAR') return String(value);
  if (typeof value === 'string') return undefined;
  if (type === 'DOUBLE') return Number(value);
  if (type === 'BLOB') return undefined;
  return typeof value === 'bigint' ? value : undefined;
}

/** A value as text that `parseValue` reads back: `7`, `1.5`, `"a"`, `x'00ff'`. */
export function valueText(value: SqliteValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return value instanceof Uint8Array ? `x'${Buffer.from(value).toString('hex')}'` : String(value);
}

/** Reads what `valueText` wrote. */
export function parseValue(text: string): Exclude<SqliteValue, null> {
  if (text.startsWith('"')) return JSON.parse(text) as string;
  if (text.startsWith("x'")) return Buffer.from(text.slice(2, -1), 'hex');
  return /^-?\d+$/.test(text) ? BigInt(text) : Number(text);
}
