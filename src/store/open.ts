/** Opens the store that a URL names. */
import type { Transaction } from 'kysely';
import { PlimsollError } from '../core/errors.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { migrate } from './migrations/migrate.ts';
import type { Schema } from './schema.ts';
import { type Db, OpenSession, retried, sessionWithin } from './session.ts';
import { openSqlite, SQLITE } from './sqlite.ts';
import type { Store } from './store.ts';
import { tablesOver } from './tables.ts';

/**
 * Opens `sqlite:PATH` or `sqlite::memory:`, and brings its schema up to date.
 * Throws STORE_URL_INVALID, STORE_UNWRITABLE, STORE_DAMAGED, STORE_UNAVAILABLE, STORE_BUSY or STORE_NEWER.
 */
export async function openStore(url: string): Promise<Store> {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length)
    return openSqliteStore(url.slice('sqlite:'.length));
  throw new PlimsollError('STORE_URL_INVALID', { found: withoutPassword(url) });
}

async function openSqliteStore(path: string): Promise<Store> {
  const db = await retried(async () => openSqlite(path));
  return closedOnFailure(db, async () => {
    const nothing = () => Promise.resolve();
    await migrate(db, SQLITE, MIGRATIONS, nothing);
    return storeOver('sqlite', db, nothing);
  });
}

async function closedOnFailure(db: Db, open: () => Promise<Store>): Promise<Store> {
  try {
    return await open();
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function storeOver(kind: Store['kind'], db: Db, enter: (db: Transaction<Schema>) => Promise<unknown>): Store {
  const session = new OpenSession(db, enter);
  return {
    kind,
    tables: tablesOver(session),
    transaction: (work) => session.atomically((inside) => work(tablesOver(sessionWithin(inside)))),
    close: () => db.destroy(),
  };
}

const withoutPassword = (url: string): string =>
  url.replace(/:\/\/([^:@/]*):[^@/]*@/, '://$1:…@').slice(0, 200);
