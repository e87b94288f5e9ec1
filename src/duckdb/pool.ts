import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** Of one pool; what does not fit goes to its folder. */
const MEMORY_LIMIT = '256MB';

/** One of the connections of a pool: a chunk is read and scored on one while the chunk before is written on the other. */
export interface PooledDuckDB {
  /** Tells the tables of one connection from those of the other: they share one database. */
  readonly name: string;
  readonly db: DuckDBConnection;
}

/** A DuckDB in memory, with one thread, two connections and no extensions from elsewhere. */
export class DuckDBPool {
  readonly #instance: DuckDBInstance;
  readonly #free: PooledDuckDB[];
  readonly #waiting: ((connection: PooledDuckDB) => void)[] = [];

  private constructor(instance: DuckDBInstance, connections: readonly PooledDuckDB[]) {
    this.#instance = instance;
    this.#free = [...connections];
  }

  /** `folder` is for what does not fit into memory. */
  static async open(folder: string): Promise<DuckDBPool> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: MEMORY_LIMIT,
      temp_directory: folder,
      autoinstall_known_extensions: 'false',
    });
    const connections = await Promise.all(
      ['a', 'b'].map(async (name): Promise<PooledDuckDB> => {
        const db = await instance.connect();
        await db.run("SET TimeZone = 'UTC'");
        // A file of hundreds of row groups is asked for one of them hundreds of times: its footer is read once.
        await db.run('SET parquet_metadata_cache = true');
        return { name, db };
      }),
    );
    return new DuckDBPool(instance, connections);
  }

  /** Resolves with a connection that nobody uses, once there is one. */
  acquire(): Promise<PooledDuckDB> {
    const connection = this.#free.pop();
    return connection === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(connection);
  }

  release(connection: PooledDuckDB): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else next(connection);
  }

  close(): void {
    for (const { db } of this.#free) db.closeSync();
    this.#instance.closeSync();
  }
}
