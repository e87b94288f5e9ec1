/** A database that a URL names, brought up to date: SQLite on one machine, PostgreSQL for several. */
import { PlimsollError } from '../core/errors.ts';
import { migrate } from './migrations/migrate.ts';
import type { Migration } from './migrations/migration.ts';
import { type Db, OpenSession } from './session.ts';
import { openSqlite, SQLITE } from './sqlite/sqlite.ts';
import type { SqliteOptions } from './sqlite/sqlite-driver.ts';

/** Where statements of SQLite run; those of PostgreSQL hold up nothing. */
export type DatabaseOptions = SqliteOptions;

/** What is in it. */
export interface Contents {
  /** Schema that the tables are in where the database is PostgreSQL: a name that needs no quotes. */
  readonly schema: string;
  readonly migrations: readonly Migration[];
}

export interface Database<S> {
  readonly kind: 'sqlite' | 'postgres';
  readonly session: OpenSession<S>;
}

/**
 * Opens `sqlite:PATH`, `sqlite::memory:` or `postgres://…` and brings its schema up to date.
 * Throws STORE_URL_INVALID, STORE_UNWRITABLE, STORE_DAMAGED, STORE_UNAVAILABLE, STORE_BUSY or STORE_NEWER.
 */
export async function openDatabase<S>(
  url: string,
  contents: Contents,
  options: DatabaseOptions,
): Promise<Database<S>> {
  const path = /^sqlite:([^\0]+)$/.exec(url)?.[1];
  if (path !== undefined) return sqliteDatabase(path, contents, options);
  if (/^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url)) return postgresDatabase(url, contents);
  throw new PlimsollError('STORE_URL_INVALID', { found: withoutPassword(url) });
}

async function sqliteDatabase<S>(
  path: string,
  { migrations }: Contents,
  options: SqliteOptions,
): Promise<Database<S>> {
  const db = openSqlite<S>(path, options);
  const nothing = () => Promise.resolve();
  await closedOnFailure(db, () => migrate(db, SQLITE, migrations, nothing));
  return { kind: 'sqlite', session: new OpenSession(db, nothing) };
}

async function postgresDatabase<S>(url: string, { schema, migrations }: Contents): Promise<Database<S>> {
  // Its driver is loaded by those who use it.
  const { lockMigrations, lockWriters, openPostgres, POSTGRES } = await import('./postgres/postgres.ts');
  const db = openPostgres<S>(url, withoutPassword(url), schema);
  await closedOnFailure(db, () => migrate(db, POSTGRES, migrations, lockMigrations(schema)));
  return { kind: 'postgres', session: new OpenSession(db, lockWriters) };
}

async function closedOnFailure<S>(db: Db<S>, open: () => Promise<void>): Promise<void> {
  try {
    await open();
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** A URL as it may be shown: without what may be secret in it. */
function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return `${url.slice(0, 200).split(':')[0]}:…`;
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`.slice(0, 200);
}
