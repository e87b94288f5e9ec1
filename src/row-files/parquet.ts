import { PlimsollError } from '../core/errors.ts';
import { queryFile } from '../duckdb/errors.ts';
import type { Signature } from '../model/signature.ts';
import { identifier } from '../sql/identifiers.ts';

type Cell = number | string | boolean | null;

/** How each Parquet type reaches the model; others are refused by name. */
const CASTS: Readonly<Record<string, 'DOUBLE' | 'BOOLEAN' | 'VARCHAR'>> = {
  TINYINT: 'DOUBLE',
  SMALLINT: 'DOUBLE',
  INTEGER: 'DOUBLE',
  BIGINT: 'DOUBLE',
  UTINYINT: 'DOUBLE',
  USMALLINT: 'DOUBLE',
  UINTEGER: 'DOUBLE',
  UBIGINT: 'DOUBLE',
  FLOAT: 'DOUBLE',
  DOUBLE: 'DOUBLE',
  BOOLEAN: 'BOOLEAN',
  VARCHAR: 'VARCHAR',
};
/** Where pandas keeps an index that is not a range. */
const PANDAS_INDEX = /^__index_level_\d+__$/;

/** How many rows a Parquet file holds. */
export const countParquetRows = (path: string): Promise<number> =>
  queryFile(
    path,
    async (connection) => {
      const read = await connection.runAndReadAll('SELECT count(*) FROM read_parquet($1)', [path]);
      return Number(read.getRows()[0]?.[0]);
    },
    null,
  );

/**
 * The rows of a Parquet file as a `/predict` body, or those at `places`: columns by name, NaN and NULL are missing.
 */
export function parquetToBody(
  path: string,
  signature: Signature,
  id: string | null = null,
  places: readonly number[] | null = null,
): Promise<unknown> {
  return queryFile(
    path,
    async (connection) => {
      const described = await connection.runAndReadAll('DESCRIBE SELECT * FROM read_parquet($1)', [path]);
      const columns = described
        .getRows()
        .map(([name, type]) => ({ name: String(name), type: String(type) }))
        .filter(({ name }) => !PANDAS_INDEX.test(name));
      const taken = signature.form === 'tensors' ? [] : signature.columns;
      // A model that knows names leaves out other columns, of whatever type; ids may be larger than a double holds.
      const isOther = (name: string): boolean =>
        !taken.some((column) => column.name === name) && (name === id || taken.some(({ named }) => named));
      const casts = columns.map(
        ({ name, type }) =>
          `CAST(${identifier(name)} AS ${isOther(name) ? 'VARCHAR' : castOf(path, name, type)})`,
      );
      // Places are whole numbers.
      const table =
        places === null
          ? 'read_parquet($1)'
          : `read_parquet($1, file_row_number = true) WHERE file_row_number IN (${places.join(', ')}) ORDER BY file_row_number`;
      const read = await connection.runAndReadAll(`SELECT ${casts.join(', ')} FROM ${table}`, [path]);
      const data = read
        .getRows()
        .map((row) => row.map((cell) => (Number.isNaN(cell) ? null : (cell as Cell))));
      if (signature.form === 'table' || id !== null) {
        return { dataframe_split: { columns: columns.map(({ name }) => name), data } };
      }
      return { instances: signature.form === 'tensors' ? data : data.map((row) => row[0]) };
    },
    null,
  );
}

function castOf(path: string, column: string, type: string): string {
  const cast = type.startsWith('DECIMAL') ? 'DOUBLE' : CASTS[type];
  if (cast) return cast;
  const problem = `${path}, column "${column}": expected numbers, strings or booleans, got ${type}`;
  throw new PlimsollError('INPUT_INVALID', { problem });
}
