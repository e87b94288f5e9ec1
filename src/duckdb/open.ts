/** DuckDB over files of the log: a few hundred megabytes at most, what does not fit goes to a folder. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { PARQUET } from '../sql/identifiers.ts';

const MEMORY_LIMIT = '384MB';

export interface LogDuckDB {
  readonly db: DuckDBConnection;
  close(): void;
}

/** One thread, nothing from elsewhere; times are in UTC. `spill` is made when it is needed. */
export async function openDuckDB(spill: string): Promise<LogDuckDB> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: MEMORY_LIMIT,
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
  });
  const db = await instance.connect();
  await db.run("SET TimeZone = 'UTC'");
  return {
    db,
    close: () => {
      db.closeSync();
      instance.closeSync();
    },
  };
}

/** Cells of a group of rows, which DuckDB keeps in memory while it writes them. */
const GROUP_CELLS = 4_000_000;
const GROUP_MAX = 122_880;
/** Rows of a vector: a group has a multiple of them. */
export const VECTOR = 2048;

/** Options of COPY for a segment with so many columns. */
export function segmentOptions(columns: number): string {
  const rows = Math.min(GROUP_MAX, Math.max(VECTOR, Math.floor(GROUP_CELLS / columns / VECTOR) * VECTOR));
  return `${PARQUET}, COMPRESSION zstd, ROW_GROUP_SIZE ${rows}`;
}
