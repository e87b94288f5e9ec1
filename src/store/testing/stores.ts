/** Stores of a test: opened on a database of its own, closed when it ends. */
import { afterEach } from 'vitest';
import { openStore, type StoreOptions } from '../open.ts';
import type { Store } from '../store.ts';

/** A kind of database that the contract is run against. */
export interface Place {
  readonly name: 'sqlite' | 'postgres';
  readonly options?: StoreOptions;
  /** URL of a database that nobody has used yet. */
  fresh(): Promise<string>;
}

export interface Stores {
  /** A store on a new database. */
  one(): Promise<Store>;
  /** Two on the same new database, as two processes have it. */
  two(): Promise<readonly [Store, Store]>;
  /** A store on this database. */
  at(url: string): Promise<Store>;
  fresh(): Promise<string>;
}

/** To be called in a `describe`. */
export function storesOf(place: Place): Stores {
  const opened: Store[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  const at = async (url: string): Promise<Store> => {
    const store = await openStore(url, place.options);
    opened.push(store);
    return store;
  };
  return {
    at,
    fresh: () => place.fresh(),
    one: async () => at(await place.fresh()),
    two: async () => {
      const url = await place.fresh();
      return Promise.all([at(url), at(url)]);
    },
  };
}

/** What a promise throws: its code, or `resolved`. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}
