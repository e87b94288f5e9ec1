/** Where the one connection to a SQLite database is: in this thread, or in one of its own. */
import type { Driver } from 'kysely';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteHere } from './sqlite-here.ts';
import type { SqliteExecutor } from './sqlite-message.ts';
import { SqliteThread } from './sqlite-thread.ts';

/**
 * `none`: here, for a process that does nothing else. `first`: in a thread from the first statement on. `soon`: here
 * until a thread is there, so that a start does not wait for it; what is in memory cannot move, and is there first.
 */
export type ThreadUse = 'none' | 'soon' | 'first';

/** A thread costs some 50 ms of a processor: the start of a server has it to itself for this long, in milliseconds. */
const SOON_MILLIS = 500;

export class SqliteDriver implements Driver {
  readonly #path: string;
  readonly #use: ThreadUse;
  #executor: SqliteExecutor;
  #timer: NodeJS.Timeout | undefined;
  /** The thread that is to take over: starting, then ready. */
  #coming: { readonly thread: SqliteThread; ready: boolean } | null = null;

  constructor(path: string, use: ThreadUse) {
    this.#path = path;
    this.#use = use === 'soon' && path === ':memory:' ? 'first' : use;
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
    if (this.#use !== 'soon') return;
    this.#timer = setTimeout(() => {
      this.#coming = startThread(this.#path);
    }, SOON_MILLIS).unref();
  }

  async acquireConnection(): Promise<SqliteConnection> {
    if (this.#coming?.ready) {
      await this.#executor.close();
      this.#executor = this.#coming.thread;
      this.#coming = null;
    }
    // A file is opened again where its thread has ended. What was in memory is gone: an empty one must not replace it.
    if (this.#executor.ended && this.#path !== ':memory:') this.#executor = new SqliteThread(this.#path);
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
    clearTimeout(this.#timer);
    await this.#coming?.thread.close();
    await this.#executor.close();
  }

  #begin(): SqliteExecutor {
    return this.#use === 'first' ? new SqliteThread(this.#path) : new SqliteHere(this.#path);
  }
}

/** A thread that fails at its start is ready, too: the next statement then says why. */
function startThread(path: string): { readonly thread: SqliteThread; ready: boolean } {
  const thread = new SqliteThread(path);
  const coming = { thread, ready: false };
  const done = (): void => {
    coming.ready = true;
  };
  thread.run([]).then(done, done);
  return coming;
}
