/** DuckDB as this program opens it: in memory, one thread, within limits, with nothing from elsewhere. */
import type { DuckDBConnection } from '@duckdb/node-api';

export interface DuckDBSettings {
  /** As DuckDB writes it: `384MB`. */
  readonly memoryLimit: string;
  /** Folder for what does not fit into memory; it is made when it is needed. */
  readonly spillFolder?: string;
  /** Times with a zone are read and written in UTC, and not in the zone of the machine. */
  readonly isUtc?: boolean;
  /** Pages of files are kept for a second reading; files that are read once would only fill the memory. */
  readonly keepsFiles?: boolean;
}

export interface OpenDuckDB {
  readonly db: DuckDBConnection;
  close(): void;
}

/** Call `close` in any case. Null: DuckDB's own limits, for a command that has the machine to itself. */
export async function openDuckDB(settings: DuckDBSettings | null): Promise<OpenDuckDB> {
  // The native library takes about 50 ms to load: only what asks for it waits.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', settings === null ? {} : optionsOf(settings));
  const db = await instance.connect();
  if (settings?.isUtc === true) await db.run("SET TimeZone = 'UTC'");
  return {
    db,
    close: () => {
      db.closeSync();
      instance.closeSync();
    },
  };
}

const optionsOf = ({ memoryLimit, spillFolder, keepsFiles = true }: DuckDBSettings) => ({
  threads: '1',
  memory_limit: memoryLimit,
  autoinstall_known_extensions: 'false',
  ...(spillFolder !== undefined && { temp_directory: spillFolder }),
  ...(!keepsFiles && { enable_external_file_cache: 'false' }),
});

/** Runs work over a DuckDB of its own, which keeps nothing. */
export async function withDuckDB<T>(
  settings: DuckDBSettings | null,
  work: (db: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const duckdb = await openDuckDB(settings);
  try {
    return await work(duckdb.db);
  } finally {
    duckdb.close();
  }
}
