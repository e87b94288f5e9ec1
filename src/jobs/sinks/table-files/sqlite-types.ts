/** DuckDB's types in SQLite, which has five: what has no room in a number exactly goes as its text. Pure. */

import type { DuckDBColumn } from '../../../duckdb/copy.ts';
import { identifier } from '../../../sql/identifiers.ts';

interface Family {
  readonly declared: string;
  readonly cell: (cell: string) => string;
}

const INTEGER: Family = { declared: 'INTEGER', cell: (cell) => `${cell}::BIGINT` };
const REAL: Family = { declared: 'REAL', cell: (cell) => `${cell}::DOUBLE` };
const TEXT: Family = { declared: 'TEXT', cell: (cell) => `${cell}::VARCHAR` };
const JSON_TEXT: Family = { declared: 'TEXT', cell: (cell) => `to_json(${cell})::VARCHAR` };
const BLOB: Family = { declared: 'BLOB', cell: (cell) => cell };

/** NaN becomes NULL: SQLite has none. */
const FAMILIES: Readonly<Record<string, Family>> = {
  TINYINT: INTEGER,
  SMALLINT: INTEGER,
  INTEGER,
  BIGINT: INTEGER,
  UTINYINT: INTEGER,
  USMALLINT: INTEGER,
  UINTEGER: INTEGER,
  BOOLEAN: INTEGER,
  FLOAT: REAL,
  DOUBLE: REAL,
  BLOB,
};

const familyOf = (type: string): Family =>
  FAMILIES[type] ?? (/\]$|^(?:STRUCT|MAP|UNION)\b/.test(type) ? JSON_TEXT : TEXT);

/** Type of the column in a table that is made for it. */
export const sqliteColumnType = (type: string): string => familyOf(type).declared;

/** What is selected for a column. */
export const sqliteCellOf = ({ name, type }: DuckDBColumn): string => familyOf(type).cell(identifier(name));
