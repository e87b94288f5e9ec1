import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Db } from '../session.ts';
import { openSqlite, SQLITE } from '../sqlite/sqlite.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migration.ts';

const step = (name: string, ...statements: string[]): Migration => ({ name, statements: () => statements });
const ONE = step('one', 'create table one (n integer) strict');
const TWO = step('two', 'create table two (n integer) strict', 'insert into one values (2)');
const BROKEN = step('broken', 'create table three (n integer) strict', 'insert into nowhere values (1)');

const unlocked = () => Promise.resolve();
const column = async (db: Db, query: string): Promise<unknown[]> =>
  (await sql.raw(query).execute(db)).rows.map((row) => Object.values(row as object)[0]);

describe('migrations', () => {
  it('are applied in order, each once, and recorded', async () => {
    const db = openSqlite(':memory:');
    await migrate(db, SQLITE, [ONE], unlocked);
    await migrate(db, SQLITE, [ONE, TWO], unlocked);
    await migrate(db, SQLITE, [ONE, TWO], unlocked);
    expect(await column(db, 'select name from schema_versions order by version')).toEqual(['one', 'two']);
    expect(await column(db, 'select n from one')).toEqual([2]);
    await db.destroy();
  });

  it('leave nothing of one that fails, and keep those before it', async () => {
    const db = openSqlite(':memory:');
    const failed = migrate(db, SQLITE, [ONE, BROKEN], unlocked);
    await expect(failed).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await column(db, 'select name from schema_versions')).toEqual(['one']);
    expect(await column(db, "select name from sqlite_schema where name = 'three'")).toEqual([]);
    await migrate(db, SQLITE, [ONE, TWO], unlocked);
    expect(await column(db, 'select name from schema_versions order by version')).toEqual(['one', 'two']);
    await db.destroy();
  });

  it('refuse a database that has more of them', async () => {
    const db = openSqlite(':memory:');
    await migrate(db, SQLITE, [ONE, TWO], unlocked);
    const refused = migrate(db, SQLITE, [ONE], unlocked);
    await expect(refused).rejects.toMatchObject({ code: 'STORE_NEWER', details: { found: 2, known: 1 } });
    await db.destroy();
  });
});
