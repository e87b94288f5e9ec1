/** Tables of random numbers as Parquet files, made by DuckDB: the same seed gives the same rows. */
import { DuckDBInstance } from '@duckdb/node-api';
import { literal } from '../../src/sql/identifiers.ts';

interface TableOptions {
  readonly rows: number;
  readonly columns: number;
  readonly seed: number;
}

/** A uniform number of (0, 1) for each row and column, by hash. */
const uniform = (seed: number, column: number): string =>
  `((hash(i, ${column}, ${seed}) >> 11)::DOUBLE + 0.5) / 9007199254740992`;

/** Standard normal numbers (Box and Muller). */
export function normalTable(path: string, options: TableOptions): Promise<void> {
  return write(path, options, (column) => {
    const [u, v] = [uniform(options.seed, 2 * column), uniform(options.seed, 2 * column + 1)];
    return `sqrt(-2 * ln(${u})) * cos(2 * pi() * ${v})`;
  });
}

/** Whole hundredths of [0, 10): 1,000 different values, so that files of very many cells stay small. */
export function hundredthsTable(path: string, options: TableOptions): Promise<void> {
  return write(path, options, (column) => `((hash(i, ${column}, ${options.seed}) % 1000) / 100)::FLOAT`);
}

async function write(
  path: string,
  { rows, columns }: TableOptions,
  cell: (column: number) => string,
): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '2GB' });
  const db = await instance.connect();
  const cells = Array.from({ length: columns }, (_, k) => `${cell(k)} AS f${k}`).join(', ');
  await db.run(
    `COPY (SELECT ${cells} FROM range(${rows}) t(i)) TO ${literal(path)} (FORMAT parquet, ROW_GROUP_SIZE 20480)`,
  );
  db.closeSync();
  instance.closeSync();
}
