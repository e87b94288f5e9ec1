import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstBreak } from '../audit-chain.ts';
import { openStore } from '../open.ts';
import {
  HOOK_MILLIS,
  type PostgresServer,
  postgresBinaries,
  runPostgresStatement,
  startPostgres,
} from '../testing/postgres.ts';
import { version } from '../testing/rows.ts';
import { rejectionCodeOf, storesOf } from '../testing/stores.ts';
import { openPostgres } from './postgres.ts';

const TERMINATE =
  "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'plimsoll'";

describe.skipIf(postgresBinaries() === null)('a store in PostgreSQL', () => {
  let server: PostgresServer;
  const stores = storesOf({ name: 'postgres', fresh: () => server.database() });

  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server?.stop(), HOOK_MILLIS);

  it('says that the server is away, and goes on by itself when it is back', async () => {
    const store = await stores.one();
    await store.tables.versions.insert(version());
    await server.kill();
    const failed = store.tables.versions.get('churn', 1);
    await expect(failed).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', http: 503 });
    await server.start();
    expect((await store.tables.versions.get('churn', 1))?.version).toBe(1);
  });

  it('loses a transaction with its connection, wherever that breaks, and nothing else', async () => {
    const url = await server.database();
    const store = await stores.at(url);
    const cut = store.transaction(async ({ versions }) => {
      await versions.insert(version());
      await runPostgresStatement(url, TERMINATE);
      await sleep(50);
      await versions.insert(version());
    });
    expect(await rejectionCodeOf(cut)).toBe('STORE_UNAVAILABLE');
    const cutAtTheEnd = store.transaction(async ({ versions }) => {
      await versions.insert(version());
      await runPostgresStatement(url, TERMINATE);
      await sleep(50);
    });
    expect(await rejectionCodeOf(cutAtTheEnd)).toBe('STORE_UNAVAILABLE');
    expect((await store.tables.versions.list('churn')).items).toEqual([]);
    expect((await store.tables.versions.insert(version())).version).toBe(1);
  });

  it('loses nothing that was answered when the server itself dies over and over', async () => {
    const store = await stores.one();
    const answered: number[] = [];
    let going = true;
    const writing = (async () => {
      while (going) {
        const note = `${answered.length}`;
        const row = await store
          .transaction(async ({ versions, audit }) => {
            const written = await versions.insert(version({ note }));
            await audit.append({
              at: 1,
              by: 'ann',
              what: 'version.ready',
              subject: `churn@${written.version}`,
              body: {},
            });
            return written;
          })
          .catch(() => null);
        if (row !== null) answered.push(row.version);
        await sleep(row === null ? 20 : 2);
      }
    })();
    for (let death = 0; death < 4; death += 1) {
      await sleep(100 + 50 * death);
      await server.kill();
      await server.start();
    }
    await sleep(200);
    going = false;
    await writing;
    const { items } = await store.tables.audit.list({ limit: 1000 });
    expect(firstBreak(items)).toBeNull();
    const kept = items.map(({ subject }) => Number(subject.split('@')[1]));
    // One whose commit was on its way when the server died may be kept without having been answered.
    expect(kept).toEqual(kept.map((_, i) => i + 1));
    expect(answered.filter((number) => !kept.includes(number))).toEqual([]);
    expect(kept.length - answered.length).toBeLessThanOrEqual(4);
    expect((await store.tables.versions.list('churn', { limit: 1 })).items[0]?.version).toBe(kept.length);
  });

  it('has idle connections cut without a word', async () => {
    const url = await server.database();
    const store = await stores.at(url);
    await Promise.all([1, 2, 3, 4].map(() => store.tables.versions.models()));
    await runPostgresStatement(url, TERMINATE);
    await sleep(300);
    expect((await store.tables.versions.models()).items).toEqual([]);
  });

  it('answers many more calls at once than it has connections', async () => {
    const store = await stores.one();
    const calls = Array.from({ length: 100 }, (_, i) =>
      store.tables.versions.insert(version({ note: `${i}` })),
    );
    const rows = await Promise.all(calls);
    expect(new Set(rows.map((row) => row.version)).size).toBe(100);
  });

  it('keeps to its own schema, and every statement serializable', async () => {
    const url = await server.database();
    await runPostgresStatement(url, 'create table versions (theirs text)');
    const store = await stores.at(url);
    await store.tables.versions.insert(version());
    expect(await runPostgresStatement(url, 'select * from public.versions')).toEqual([]);
    expect(await runPostgresStatement(url, 'select model from plimsoll.versions')).toEqual([
      { model: 'churn' },
    ]);
    const db = openPostgres(url, url);
    const shown = await sql`show transaction_isolation`.execute(db);
    expect(shown.rows).toEqual([{ transactionIsolation: 'serializable' }]);
    await db.destroy();
  });

  it('is refused with a code where it cannot be reached or was written by a newer program', async () => {
    const url = await server.database();
    expect(await rejectionCodeOf(openStore(url.replace(/[^/]*$/, 'none')))).toBe('STORE_UNAVAILABLE');
    expect(await rejectionCodeOf(openStore('postgres://u@127.0.0.1:1/none'))).toBe('STORE_UNAVAILABLE');
    await (await openStore(url)).close();
    await runPostgresStatement(url, `insert into plimsoll.schema_versions values (99, 'from the future')`);
    expect(await rejectionCodeOf(openStore(url))).toBe('STORE_NEWER');
  });

  it('never shows the password of its URL', async () => {
    const error = await openStore('postgres://ann:s3cret@127.0.0.1:1/db?sslpassword=s3cret').catch(String);
    expect(error).toContain('postgres://ann@127.0.0.1:1/db');
    expect(error).not.toContain('s3cret');
  });

  it('is refused where this user may not write', async () => {
    const url = await server.database();
    const user = `reader_${url.split('_').at(-1)}`;
    await runPostgresStatement(url, `create role ${user} login`);
    const theirs = url.replace('postgres@', `${user}@`);
    expect(await rejectionCodeOf(openStore(theirs))).toBe('STORE_UNWRITABLE');
  });
});
