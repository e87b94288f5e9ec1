import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** Of one lane, in bytes; what does not fit goes to its folder. */
const MEMORY_LIMIT = '256MB';

/** Two places at which chunks are worked on, so that one is read and scored while the one before is written. */
export interface PooledDuckDB {
  /** Tells the tables of one bench from those of the other. */
  readonly name: string;
  readonly db: DuckDBConnection;
}

/** The DuckDB of a lane: in memory, one thread, without extensions from elsewhere. */
export class DuckDBPool {
  readonly #instance: DuckDBInstance;
  readonly #free: PooledDuckDB[];
  readonly #waiting: ((bench: PooledDuckDB) => void)[] = [];

  private constructor(instance: DuckDBInstance, benches: readonly PooledDuckDB[]) {
    this.#instance = instance;
    this.#free = [...benches];
  }

  /** `folder` is for what does not fit into memory. */
  static async open(folder: string): Promise<DuckDBPool> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: MEMORY_LIMIT,
      temp_directory: folder,
      autoinstall_known_extensions: 'false',
    });
    const benches = await Promise.all(
      ['a', 'b'].map(async (name): Promise<PooledDuckDB> => {
        const db = await instance.connect();
        await db.run("SET TimeZone = 'UTC'");
        // A file of hundreds of row groups is asked for one of them hundreds of times: its footer is read once.
        await db.run('SET parquet_metadata_cache = true');
        return { name, db };
      }),
    );
    return new DuckDBPool(instance, benches);
  }

  /** A bench that nobody works at; wait for it. */
  acquire(): Promise<PooledDuckDB> {
    const bench = this.#free.pop();
    return bench === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(bench);
  }

  release(bench: PooledDuckDB): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(bench);
    else next(bench);
  }

  close(): void {
    for (const { db } of this.#free) db.closeSync();
    this.#instance.closeSync();
  }
}
