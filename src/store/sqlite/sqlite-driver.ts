/** Where the one connection to a SQLite database is: in this thread, or in one of its own. */
import type { Driver } from 'kysely';
import { SqliteAside } from './sqlite-aside.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteHere } from './sqlite-here.ts';
import type { SqliteExecutor } from './sqlite-message.ts';
import { SqliteThread } from './sqlite-thread.ts';

/**
 * `none`: here, for a process that does nothing else. `first`: in a thread from the first statement on. `soon`: in a thread while
 * there is much to do, once the process has started; what is in memory cannot move, and is there first.
 */
export type ThreadUse = 'none' | 'soon' | 'first';

export interface SqliteOptions {
  /** @default {'none'} */
  readonly thread?: ThreadUse | undefined;
  /** Whether nobody else writes into the file. @default {false} */
  readonly isAlone?: boolean | undefined;
}

export class SqliteDriver implements Driver {
  readonly #path: string;
  readonly #options: SqliteOptions;
  #executor: SqliteExecutor;

  constructor(path: string, options: SqliteOptions) {
    this.#path = path;
    this.#options = options;
    this.#executor = this.#begin();
  }

  /** Opens the file. Throws what an executor throws, and leaves nothing open then: Kysely closes no driver that never began. */
  async init(): Promise<void> {
    if (this.#executor.ended) this.#executor = this.#begin();
    try {
      await this.#executor.run([]);
    } catch (error) {
      await this.#executor.close();
      throw error;
    }
  }

  async acquireConnection(): Promise<SqliteConnection> {
    // A file is opened again where its thread has ended. What was in memory is gone: an empty one must not replace it.
    if (this.#executor.ended && this.#path !== ':memory:') this.#executor = this.#begin();
    return new SqliteConnection(this.#executor);
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    connection.begin();
  }

  commitTransaction(connection: SqliteConnection): Promise<void> {
    return connection.commit();
  }

  rollbackTransaction(connection: SqliteConnection): Promise<void> {
    return connection.rollback();
  }

  releaseConnection(): Promise<void> {
    return Promise.resolve();
  }

  async destroy(): Promise<void> {
    await this.#executor.close();
  }

  #begin(): SqliteExecutor {
    const { thread = 'none', isAlone } = this.#options;
    if (thread === 'none') return new SqliteHere(this.#path);
    if (thread === 'soon' && this.#path !== ':memory:') return new SqliteAside(this.#path, { isAlone });
    return new SqliteThread(this.#path);
  }
}
