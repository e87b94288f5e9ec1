/** How tables reach a database: statement by statement or within a transaction, with conflicts tried again. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { Schema } from './schema.ts';

export type Db = Kysely<Schema>;

/** What a table is written over. Work may run more than once: it has no effects but on the database. */
export interface Session {
  /** One statement by itself. */
  once<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Several statements, all or nothing; within a transaction they are part of it. */
  atomically<T>(work: (db: Db) => Promise<T>): Promise<T>;
}

/** How long a conflict is tried again, and the longest pause between two tries, in milliseconds. */
const PATIENCE = 10_000;
const LONGEST_PAUSE = 100;

/** A session whose calls each stand for themselves. `enter` is run first in every transaction. */
export class OpenSession implements Session {
  readonly #db: Db;
  readonly #enter: (db: Transaction<Schema>) => Promise<unknown>;
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();

  constructor(db: Db, enter: (db: Transaction<Schema>) => Promise<unknown>) {
    this.#db = db;
    this.#enter = enter;
  }

  async once<T>(work: (db: Db) => Promise<T>): Promise<T> {
    this.#refuseInside();
    return retried(() => work(this.#db));
  }

  async atomically<T>(work: (db: Db) => Promise<T>): Promise<T> {
    this.#refuseInside();
    return retried(() => this.#transact(work));
  }

  /** SQLite would wait for its own transaction for ever, PostgreSQL would write beside it: a mistake in both. */
  #refuseInside(): void {
    if (this.#inside.getStore()?.open !== true) return;
    throw new PlimsollError('INTERNAL', {
      action: 'the transaction',
      reason: 'the store was called within a transaction, not the tables that it hands out',
    });
  }

  #transact<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const state = { open: true };
    return this.#inside.run(state, async () => {
      try {
        return await this.#db
          .transaction()
          .setIsolationLevel('serializable')
          .execute(async (transaction) => {
            await this.#enter(transaction);
            return work(transaction);
          });
      } finally {
        state.open = false;
      }
    });
  }
}

/** The session of a transaction that is open. */
export const sessionWithin = (db: Db): Session => ({
  once: (work) => work(db),
  atomically: (work) => work(db),
});

/** Tries again while the database says that others are in the way, for `patience` milliseconds; then throws STORE_BUSY. */
export async function retried<T>(work: () => Promise<T>, patience = PATIENCE): Promise<T> {
  const end = performance.now() + patience;
  for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await work();
    } catch (error) {
      const again = isPlimsollError(error) && error.code === 'STORE_BUSY' && performance.now() < end;
      if (!again) throw error;
    }
    await sleep(pause);
  }
}
