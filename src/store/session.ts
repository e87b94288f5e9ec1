/** How tables reach a database: statement by statement or within a transaction, with conflicts tried again. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import { PlimsollError } from '../core/errors.ts';
import { hasCode, retry } from '../core/retry.ts';
import type { StoreTables } from './rows.ts';

/** A database with these tables: those of the store, where nothing else is said. */
export type Db<S = StoreTables> = Kysely<S>;

/** What a table is written over. Work may run more than once: it has no effects but on the database. */
export interface Session<S = StoreTables> {
  /** One statement by itself. */
  once<T>(work: (db: Db<S>) => Promise<T>): Promise<T>;
  /** Several statements, all or nothing; within a transaction they are part of it. */
  atomically<T>(work: (db: Db<S>) => Promise<T>): Promise<T>;
}

/** How long a conflict is tried again, in milliseconds. */
const CONFLICT_MILLIS = 10_000;
const BACKOFF = { firstMillis: 1, maxMillis: 100 };

/** A session whose calls each stand for themselves. `enter` is run first in every transaction. */
export class OpenSession<S = StoreTables> implements Session<S> {
  readonly #db: Db<S>;
  readonly #enter: (db: Transaction<S>) => Promise<unknown>;
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(db: Db<S>, enter: (db: Transaction<S>) => Promise<unknown>) {
    this.#db = db;
    this.#enter = enter;
  }

  once<T>(work: (db: Db<S>) => Promise<T>): Promise<T> {
    return this.#admitted(() => work(this.#db));
  }

  atomically<T>(work: (db: Db<S>) => Promise<T>): Promise<T> {
    return this.transaction((inside) => inside.atomically(work));
  }

  /** Hands out the session of one transaction. A call that fails in it fails the whole, also where it was caught. */
  transaction<T>(work: (inside: Session<S>) => Promise<T>): Promise<T> {
    return this.#admitted(() => this.#transact(work));
  }

  /** Finishes what runs and takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
    await this.#db.destroy();
  }

  async #admitted<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore()?.open === true) {
      // SQLite would wait for its own transaction for ever, PostgreSQL would write beside it.
      const reason = 'the store was called within a transaction, not the tables that it hands out';
      throw new PlimsollError('INTERNAL', { action: 'the transaction', reason });
    }
    if (this.#closed)
      throw new PlimsollError('STORE_UNAVAILABLE', { where: 'of this process', reason: 'it was closed' });
    const running = retryConflict(work);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  #transact<T>(work: (inside: Session<S>) => Promise<T>): Promise<T> {
    const state = { open: true };
    return this.#inside.run(state, async () => {
      try {
        return await this.#db
          .transaction()
          .setIsolationLevel('serializable')
          .execute(async (transaction) => {
            await this.#enter(transaction);
            const inside = new InnerSession(transaction);
            const answer = await work(inside);
            inside.throwFailure();
            return answer;
          });
      } finally {
        state.open = false;
      }
    });
  }
}

/**
 * The session of a transaction that is open. PostgreSQL undoes a transaction in which a statement failed, SQLite goes on
 * with what was done before it: remembered failures make both the same.
 */
class InnerSession<S> implements Session<S> {
  readonly #db: Db<S>;
  #failure: { readonly error: unknown } | null = null;

  constructor(db: Db<S>) {
    this.#db = db;
  }

  async once<T>(work: (db: Db<S>) => Promise<T>): Promise<T> {
    try {
      return await work(this.#db);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  atomically<T>(work: (db: Db<S>) => Promise<T>): Promise<T> {
    return this.once(work);
  }

  throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

/** Tries again while the database says that others are in the way; after `maxElapsedMillis` it throws STORE_BUSY. */
export const retryConflict = <T>(work: () => Promise<T>, maxElapsedMillis = CONFLICT_MILLIS): Promise<T> =>
  retry(work, { backoff: BACKOFF, maxElapsedMillis, isRetryable: hasCode('STORE_BUSY') });
