/** Opens the store that a URL names. */
import type { Transaction } from 'kysely';
import { PlimsollError } from '../core/errors.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { migrate } from './migrations/migrate.ts';
import type { Schema } from './schema.ts';
import { type Db, OpenSession } from './session.ts';
import { openSqlite, SQLITE } from './sqlite.ts';
import type { ThreadUse } from './sqlite-driver.ts';
import type { Store } from './store.ts';
import { tablesOver } from './tables.ts';

export interface StoreOptions {
  /** Where statements of SQLite run; those of PostgreSQL hold up nothing. @default {'none'} */
  readonly thread?: ThreadUse | undefined;
}

/**
 * Opens `sqlite:PATH`, `sqlite::memory:` or `postgres://…` and brings its schema up to date.
 * Throws STORE_URL_INVALID, STORE_UNWRITABLE, STORE_DAMAGED, STORE_UNAVAILABLE, STORE_BUSY or STORE_NEWER.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const path = /^sqlite:([^\0]+)$/.exec(url)?.[1];
  if (path !== undefined) return openSqliteStore(path, options.thread);
  if (/^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url)) return openPostgresStore(url);
  throw new PlimsollError('STORE_URL_INVALID', { found: withoutPassword(url) });
}

async function openSqliteStore(path: string, thread?: ThreadUse): Promise<Store> {
  const db = openSqlite(path, thread);
  return closedOnFailure(db, async () => {
    const nothing = () => Promise.resolve();
    await migrate(db, SQLITE, MIGRATIONS, nothing);
    return storeOver('sqlite', db, nothing, UNTOLD);
  });
}

async function openPostgresStore(url: string): Promise<Store> {
  // Its driver is loaded by those who use it.
  const { PostgresChanges } = await import('./postgres-changes.ts');
  const { lockMigrations, lockWriters, openPostgres, POSTGRES } = await import('./postgres.ts');
  const db = openPostgres(url, withoutPassword(url));
  return closedOnFailure(db, async () => {
    await migrate(db, POSTGRES, MIGRATIONS, lockMigrations);
    return storeOver('postgres', db, lockWriters, new PostgresChanges(url));
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

/** Who hears of changes. */
interface Changes {
  add: Store['onChange'];
  close(): Promise<void>;
}

/** Nobody else writes into the store of one machine. */
const UNTOLD: Changes = { add: () => () => undefined, close: () => Promise.resolve() };

function storeOver(
  kind: Store['kind'],
  db: Db,
  enter: (db: Transaction<Schema>) => Promise<unknown>,
  changes: Changes,
): Store {
  const session = new OpenSession(db, enter);
  return {
    kind,
    tables: tablesOver(session),
    transaction: (work) => session.transaction((inside) => work(tablesOver(inside))),
    onChange: (table, listener) => changes.add(table, listener),
    close: async () => {
      await changes.close();
      await session.close();
    },
  };
}

/** A URL as it may be shown: without what may be secret in it. */
function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return `${url.slice(0, 200).split(':')[0]}:…`;
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`.slice(0, 200);
}
