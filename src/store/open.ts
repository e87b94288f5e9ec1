/** Opens the store that a URL names. */
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { MIGRATIONS } from './migrations/all.ts';
import type { StoreTables } from './rows.ts';
import type { Store } from './store.ts';
import { tablesOver } from './tables/tables.ts';

export type StoreOptions = DatabaseOptions;

/**
 * Opens `sqlite:PATH`, `sqlite::memory:` or `postgres://…` and brings its schema up to date.
 * Throws STORE_URL_INVALID, STORE_UNWRITABLE, STORE_DAMAGED, STORE_UNAVAILABLE, STORE_BUSY or STORE_NEWER.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const contents = { schema: 'plimsoll', migrations: MIGRATIONS };
  const database = await openDatabase<StoreTables>(url, contents, options);
  if (database.kind === 'sqlite') return storeOver(database, UNTOLD, options.isAlone);
  const { PostgresChanges } = await import('./postgres/postgres-changes.ts');
  return storeOver(database, new PostgresChanges(url));
}

/** Who hears of changes. */
interface Changes {
  add: Store['onChange'];
  close(): Promise<void>;
}

/** Nobody else writes into the store of one machine. */
const UNTOLD: Changes = { add: () => () => undefined, close: () => Promise.resolve() };

function storeOver({ kind, session }: Database<StoreTables>, changes: Changes, isAlone = false): Store {
  return {
    kind,
    isAlone,
    tables: tablesOver(session),
    transaction: (work) => session.transaction((inside) => work(tablesOver(inside))),
    onChange: (table, listener) => changes.add(table, listener),
    close: async () => {
      await changes.close();
      await session.close();
    },
  };
}
