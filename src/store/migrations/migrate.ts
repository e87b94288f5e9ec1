/** Brings a database to the schema that this program knows. */
import { sql, type Transaction } from 'kysely';
import { PlimsollError } from '../../core/errors.ts';
import { type Db, retryConflict } from '../session.ts';
import type { Dialect, Migration } from './migration.ts';

/**
 * Applies what is missing, each migration in a transaction of its own that also records it. Others that migrate at the
 * same time wait at `lock` and then find it done. Refuses a database of a newer schema.
 */
export async function migrate<S>(
  db: Db<S>,
  dialect: Dialect,
  migrations: readonly Migration[],
  lock: (db: Transaction<S>) => Promise<unknown>,
): Promise<void> {
  const step = (transaction: Transaction<S>) =>
    lock(transaction).then(() => migrateOnce(transaction, dialect, migrations));
  // Each statement has to see what others committed while this one waited for the lock.
  const isolated = () => db.transaction().setIsolationLevel('read committed').execute(step);
  while (await retryConflict(isolated));
}

/** Applies the next migration; false where there is none. */
async function migrateOnce<S>(
  db: Transaction<S>,
  dialect: Dialect,
  migrations: readonly Migration[],
): Promise<boolean> {
  await sql
    .raw(
      `create table if not exists schema_versions (
        version ${dialect.integer} not null primary key, name ${dialect.text} not null) ${dialect.table}`,
    )
    .execute(db);
  const { rows } = await sql<{ newest: number | null }>`
    select max(version) as newest from schema_versions`.execute(db);
  const version = rows[0]?.newest ?? 0;
  if (version > migrations.length) {
    throw new PlimsollError('STORE_NEWER', { found: version, known: migrations.length });
  }
  const next = migrations[version];
  if (next === undefined) return false;
  for (const statement of next.statements(dialect)) await sql.raw(statement).execute(db);
  await sql`insert into schema_versions (version, name) values (${version + 1}, ${next.name})`.execute(db);
  return true;
}
