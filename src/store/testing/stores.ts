/** Stores of a test: opened on a database of its own, closed when it ends. */
import { afterEach } from 'vitest';
import type { DatabaseOptions } from '../database.ts';
import { openStore, type StoreOptions } from '../open.ts';
import type { Store } from '../store.ts';

/** A kind of database that the contract is run against. */
export interface StorePlace {
  readonly name: 'sqlite' | 'postgres';
  readonly options?: StoreOptions;
  /** URL of a database that nobody has used yet. */
  fresh(): Promise<string>;
  /** Takes everything out of a database that a test has left: where that is quicker than to make another one. */
  readonly empty?: (url: string) => Promise<unknown>;
}

/** What tests open of one kind: `T`s. */
export interface Opener<T> {
  /** One on a new database. */
  one(): Promise<T>;
  /** Two on the same new database, as two processes have it. */
  two(): Promise<readonly [T, T]>;
  /** One on this database. */
  at(url: string): Promise<T>;
  fresh(): Promise<string>;
}
export type Stores = Opener<Store>;

/** To be called in a `describe`. */
export const storesOf = (place: StorePlace): Stores => openerOf(place, openStore);

/** The same for whatever else lies in a database. */
export function openerOf<T extends { close(): Promise<void> }>(
  place: StorePlace,
  open: (url: string, options?: DatabaseOptions) => Promise<T>,
): Opener<T> {
  const opened: T[] = [];
  /** Databases that this test has had to itself, and those that others have left. */
  const [taken, left]: [string[], string[]] = [[], []];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    left.push(...taken.splice(0));
  });
  const again = async (empty: (url: string) => Promise<unknown>): Promise<string> => {
    const url = left.pop();
    if (url !== undefined) await empty(url);
    taken.push(url ?? (await place.fresh()));
    return taken.at(-1)!;
  };
  const at = async (url: string): Promise<T> => {
    const one = await open(url, place.options);
    opened.push(one);
    return one;
  };
  return {
    at,
    fresh: () => place.fresh(),
    one: async () => at(await (place.empty ? again(place.empty) : place.fresh())),
    two: async () => {
      const url = await place.fresh();
      return Promise.all([at(url), at(url)]);
    },
  };
}

/** What a promise throws: its code, or `resolved`. */
export async function rejectionCodeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}
