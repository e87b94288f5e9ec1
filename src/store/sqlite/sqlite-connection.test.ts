import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { rejectionCodeOf } from '../testing/stores.ts';
import { openSqlite } from './sqlite.ts';

describe.each(['none', 'first'] as const)('a SQLite connection with thread "%s"', (thread) => {
  it('keeps nothing of a transaction that SQLite has ended by itself, whatever comes after that', async () => {
    const db = openSqlite(':memory:', { thread });
    await sql`create table t (a integer primary key) strict`.execute(db);
    const failed = db.transaction().execute(async (inside) => {
      await sql`insert into t values (1)`.execute(inside);
      expect(await rejectionCodeOf(sql`insert or rollback into t values (1)`.execute(inside))).toBe(
        'INTERNAL',
      );
      await sql`insert into t values (2)`.execute(inside);
    });
    await expect(failed).rejects.toMatchObject({
      details: { reason: expect.stringMatching(/the transaction had failed before/) },
    });
    expect((await sql`select * from t`.execute(db)).rows).toEqual([]);
    await sql`insert into t values (3)`.execute(db);
    expect((await sql`select * from t`.execute(db)).rows).toEqual([{ a: 3 }]);
    await db.destroy();
  });

  it('begins a transaction with its first statement, also where that one fails', async () => {
    const db = openSqlite(':memory:', { thread });
    await sql`create table t (a integer primary key) strict`.execute(db);
    expect(await db.transaction().execute(async () => 'nothing asked')).toBe('nothing asked');
    await db.transaction().execute(async (inside) => {
      expect(await rejectionCodeOf(sql`insert into nowhere values (1)`.execute(inside))).toBe('INTERNAL');
      await sql`insert into t values (1)`.execute(inside);
    });
    const thrown = db.transaction().execute(async (inside) => {
      expect(await rejectionCodeOf(sql`insert into nowhere values (1)`.execute(inside))).toBe('INTERNAL');
      await sql`insert into t values (2)`.execute(inside);
      throw new TypeError('thrown');
    });
    await expect(thrown).rejects.toThrow('thrown');
    expect((await sql`select * from t`.execute(db)).rows).toEqual([{ a: 1 }]);
    await db.destroy();
  });
});
