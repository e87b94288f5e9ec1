/** SQL is put together from names and texts only through these; DuckDB, PostgreSQL and SQLite read them alike. Pure. */

/** A name as an identifier, whatever is in it. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as a string literal, whatever is in it (PostgreSQL: with `standard_conforming_strings` on, as it is since 9.1). */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Names as a list of columns. */
export const identifiers = (names: readonly string[]): string => names.map(identifier).join(', ');

/** Options of COPY for Parquet. DuckDB's dictionaries take -0 and 0 for one value (duckdb/duckdb#25781): there are none. */
export const PARQUET = 'FORMAT parquet, DICTIONARY_SIZE_LIMIT 0';
