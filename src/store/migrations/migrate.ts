/** Brings a database to the schema that this program knows. */
import { sql, type Transaction } from 'kysely';
import { PlimsollError } from '../../core/errors.ts';
import type { Schema } from '../schema.ts';
import { type Db, retried } from '../session.ts';
import type { Dialect, Migration } from './migration.ts';

/**
 * Applies what is missing, each migration in a transaction of its own that also records it. Others that migrate at the
 * same time wait at `lock` and then find it done. Refuses a database of a newer schema.
 */
export async function migrate(
  db: Db,
  dialect: Dialect,
  migrations: readonly Migration[],
  lock: (db: Transaction<Schema>) => Promise<unknown>,
): Promise<void> {
  const step = (transaction: Transaction<Schema>) =>
    lock(transaction).then(() => migrateOnce(transaction, dialect, migrations));
  // Each statement has to see what others committed while this one waited for the lock.
  const isolated = () => db.transaction().setIsolationLevel('read committed').execute(step);
  while (await retried(isolated));
}

/** Applies the next migration; false where there is none. */
async function migrateOnce(
  db: Transaction<Schema>,
  dialect: Dialect,
  migrations: readonly Migration[],
): Promise<boolean> {
  await sql
    .raw(
      `create table if not exists schema_versions (
        version ${dialect.integer} not null primary key, name ${dialect.text} not null) ${dialect.table}`,
    )
    .execute(db);
  const { newest } = await db
    .selectFrom('schema_versions')
    .select(({ fn }) => fn.max('version').as('newest'))
    .executeTakeFirstOrThrow();
  const version = newest ?? 0;
  if (version > migrations.length) {
    throw new PlimsollError('STORE_NEWER', { found: version, known: migrations.length });
  }
  const next = migrations[version];
  if (next === undefined) return false;
  for (const statement of next.statements(dialect)) await sql.raw(statement).execute(db);
  await db
    .insertInto('schema_versions')
    .values({ version: version + 1, name: next.name })
    .execute();
  return true;
}
