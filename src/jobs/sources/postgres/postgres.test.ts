import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../../store/testing/postgres.ts';
import { freezeOptions, readAll, sourceContract } from '../contract.ts';
import type { ChunkRelation, JobSource } from '../source.ts';
import { parseAddress } from '../table/address.ts';
import { TableSource } from '../table/table-source.ts';
import { PostgresTables } from './postgres.ts';

let server: PostgresServer;
let url: string;
let db: DuckDBConnection;

beforeAll(async () => {
  server = await startPostgres();
}, HOOK_MILLIS);
afterAll(() => server.stop(), HOOK_MILLIS);
beforeEach(async () => {
  url = await server.database();
  db = await (await DuckDBInstance.create(':memory:')).connect();
});

const open = (parameters: string, key = 'id'): JobSource =>
  new TableSource(new PostgresTables(parseAddress(`${url}?${parameters}`), key));

const rowsOf = async (relation: ChunkRelation, list: string): Promise<unknown[]> =>
  (await db.runAndReadAll(`select ${list} from ${relation.from}`)).getRowsJson();

const ROWS = 40;
const fill = `insert into t select g, chr(97 + g % 3), g::float8 / 7 from generate_series(1, ${ROWS}) g`;

describe('the contract of sources', () => {
  sourceContract('a table of PostgreSQL', async () => {
    const own = await server.database();
    await runPostgresStatement(own, 'create table t (id int, name text, x float8)');
    await runPostgresStatement(own, fill);
    return {
      open: async () => new TableSource(new PostgresTables(parseAddress(`${own}?table=public.t`), 'id')),
      columns: ['id', 'name', 'x'],
      rows: Array.from({ length: ROWS }, (_, g) => [g + 1, 'abc'[(g + 1) % 3], (g + 1) / 7]),
      change: async () => void (await runPostgresStatement(own, 'update t set x = 0 where id = 17')),
    };
  });
});

describe('a table of PostgreSQL', () => {
  it('gives every row once, in the order of keys, however it is cut', async () => {
    await runPostgresStatement(
      url,
      `create table t as select g * 3 as id, 'n' || g as name from generate_series(1, 5000) g order by random()`,
    );
    const source = open('table=t');
    const frozen = await source.freeze(freezeOptions());
    expect(frozen.rows).toBe(5000);
    expect(frozen.columns).toEqual([
      { name: 'id', type: 'INTEGER' },
      { name: 'name', type: 'VARCHAR' },
    ]);
    const wanted = Array.from({ length: 5000 }, (_, index) => [(index + 1) * 3, `n${index + 1}`]);
    for (const rows of [100, 999, 10_000])
      expect((await readAll(source, frozen, { columns: ['id', 'name'] }, rows)).rows).toEqual(wanted);
    await source.close();
  });

  it('carries each type as it is', async () => {
    await runPostgresStatement(
      url,
      `create table t (id bigint, yes bool, small int2, whole int4, single float4, real float8, money numeric(12,2),
         wide numeric(38,10), free numeric, day date, clock time, at timestamp, zoned timestamptz, name varchar(20), fixed char(4),
         mark uuid, raw bytea, doc jsonb, list int[])`,
    );
    await runPostgresStatement(
      url,
      `insert into t values (9223372036854775807, true, -32768, 2147483647, '1e-45', '0.1', 1234567890.12, 1234567890123456789012345678.0123456789,
         0.1, '2026-02-28', '24:00:00', '1999-12-31 23:59:59.999999', '2026-07-01 02:00+02', 'é"'',\n', 'ab', '0190a3f2-0000-7000-8000-0000000000ff', '\\x00ff', '{"a": 1}', '{1,null}'),
        (-9223372036854775808, null, null, null, 'NaN', '-Infinity', -0.01, null, 'NaN', 'infinity', '00:00', '-infinity', '0001-01-01 00:00 BC', '', '', null, '', null, null)`,
    );
    const source = open('table=t');
    const frozen = await source.freeze(freezeOptions());
    expect(frozen.columns.map(({ type }) => type)).toEqual([
      'BIGINT',
      'BOOLEAN',
      'SMALLINT',
      'INTEGER',
      'FLOAT',
      'DOUBLE',
      'DECIMAL(12,2)',
      'DECIMAL(38,10)',
      'DOUBLE',
      'DATE',
      'TIME',
      'TIMESTAMP',
      'TIMESTAMP WITH TIME ZONE',
      'VARCHAR',
      'VARCHAR',
      'UUID',
      'BLOB',
      'VARCHAR',
      'VARCHAR',
    ]);
    const names = frozen.columns.map(({ name }) => name);
    const [chunk] = await source.chunks(frozen, 10);
    const relation = await source.reader(frozen, names, new Map()).open(chunk!, db);
    await db.run("set timezone = 'UTC'");
    const [low, high] = await rowsOf(relation, 'columns(*)::varchar');
    expect(high).toEqual([
      '9223372036854775807',
      'true',
      '-32768',
      '2147483647',
      '1e-45',
      '0.1',
      '1234567890.12',
      '1234567890123456789012345678.0123456789',
      '0.1',
      '2026-02-28',
      '24:00:00',
      '1999-12-31 23:59:59.999999',
      '2026-07-01 00:00:00+00',
      'é"\',\n',
      'ab',
      '0190a3f2-0000-7000-8000-0000000000ff',
      '\\x00\\xFF',
      '{"a": 1}',
      '{1,NULL}',
    ]);
    expect(low).toEqual([
      '-9223372036854775808',
      null,
      null,
      null,
      'nan',
      '-inf',
      '-0.01',
      null,
      'nan',
      'infinity',
      '00:00:00',
      '-infinity',
      '0001-01-01 (BC) 00:00:00+00',
      '',
      '',
      null,
      '',
      null,
      null,
    ]);
    await source.close();
  });

  it('reads equal keys in one chunk, rows without a key in one of their own, of whatever type the key is', async () => {
    const keys = {
      text: `chr(97 + g % 25) || 'Ä'`,
      uuid: `md5((g % 50)::text)::uuid`,
      date: `date '2026-01-01' + g % 90`,
      timestamptz: `timestamptz '2026-03-29 00:00+01' + g * interval '13 min'`,
      numeric: `case when g % 2 = 0 then 1.0 else 1.00 end + g % 10`,
      float8: `case when g % 50 = 0 then 'NaN' else g / 3.0 end`,
      boolean: `g % 2 = 0`,
      bytea: `decode(md5((g % 40)::text), 'hex')`,
    };
    for (const [type, key] of Object.entries(keys)) {
      await runPostgresStatement(
        url,
        `create table "k ${type}" as select g, case when g % 100 > 0 then (${key})::${type} end as "the ""key" from generate_series(1, 4000) g`,
      );
      const source = open(`table="k ${type}"`, 'the "key');
      const frozen = await source.freeze(freezeOptions());
      const chunks = await source.chunks(frozen, 700);
      expect(chunks.at(-1), type).toMatchObject({ from: null, to: null, rows: 40 });
      const { rows } = await readAll(source, frozen, { columns: ['g'] }, 700);
      expect(
        rows.flat().sort((a, b) => Number(a) - Number(b)),
        type,
      ).toEqual(Array.from({ length: 4000 }, (_, index) => index + 1));
      await source.close();
    }
  });

  it('leaves out what comes later, and refuses a chunk that lost, gained or changed a row', async () => {
    await runPostgresStatement(url, 'create table t (id int primary key, name text, x float8)');
    await runPostgresStatement(url, fill);
    const source = open('table=t');
    const frozen = await source.freeze(freezeOptions());
    const read = async () => (await readAll(source, frozen, { columns: ['id'] })).rows.length;
    await runPostgresStatement(url, 'insert into t values (1000)');
    expect(await read()).toBe(ROWS);
    for (const [change, undo] of [
      ['delete from t where id = 20', `${fill} on conflict do nothing`],
      ["update t set name = 'other' where id = 20", `update t set name = chr(97 + id % 3) where id = 20`],
      ['insert into t values (0)', 'delete from t where id = 0'],
    ] as const) {
      await runPostgresStatement(url, change);
      await expect(read()).rejects.toMatchObject({ code: 'INPUT_CHANGED' });
      await runPostgresStatement(url, undo);
      expect(await read()).toBe(ROWS);
    }
    await source.close();
  });

  it('reads the rows of a query, and no other statement', async () => {
    await runPostgresStatement(url, 'create table t (id int, name text, x float8)');
    await runPostgresStatement(url, fill);
    const source = open('query=select id + 100 as id, name from t where name like %27%25a%27 -- and so on');
    expect(await source.list()).toMatchObject({
      items: [{ path: expect.not.stringContaining('@'), digest: '' }],
      rows: null,
    });
    expect(await source.freeze(freezeOptions())).toMatchObject({
      rows: 13,
      columns: [{ name: 'id' }, { name: 'name' }],
    });
    await source.close();
    for (const query of [
      'select 1 as id) q; drop table t; --',
      'select 1 as id; drop table t',
      'delete from t returning id',
      'with gone as (delete from t returning id) select * from gone',
      "select 1 as id from pg_sleep(0) where 'x' = '",
      'select 1 as id /*',
      "select set_config('transaction_read_only', 'off', false) as id from t where 1 = nextval('s')",
      'select 1 as id, 2 as id',
      'select 1 as other',
      'commit',
    ]) {
      const hostile = open(`query=${encodeURIComponent(query)}`);
      await expect(hostile.freeze(freezeOptions()), query).rejects.toMatchObject({
        code: expect.stringMatching(/^(SOURCE|INPUT)_INVALID$/),
      });
      await hostile.close();
    }
    expect(await runPostgresStatement(url, 'select count(*)::int as n from t')).toEqual([{ n: ROWS }]);
  });

  it('says what is wrong with a source without telling its password', async () => {
    const secret = url.replace('postgres@', 'postgres:s3cret-word@');
    for (const uri of [
      `${secret}?table=none`,
      `${secret}_none?table=t`,
      `${secret.replace(/:\d+\//, ':1/')}?table=t`,
      `${secret}?query=select 's3cret%'`,
    ]) {
      const error = await (async () =>
        new TableSource(new PostgresTables(parseAddress(uri), 'id')).freeze(freezeOptions()))().catch(
        (thrown) => thrown,
      );
      expect(error.code).toMatch(/^SOURCE_|^USAGE$/);
      expect(JSON.stringify([error, error.message])).not.toContain('s3cret');
    }
    await runPostgresStatement(url, 'create table empty (id int)');
    await expect(open('table=empty').freeze(freezeOptions())).rejects.toMatchObject({ code: 'INPUT_EMPTY' });
  });

  it('rejects the row whose value has no equal, and reads the others', async () => {
    await runPostgresStatement(url, `create table t (id int, x numeric(10,2))`);
    await runPostgresStatement(
      url,
      `insert into t select g, case g when 3 then 'NaN'::numeric else g end from generate_series(1, 5) g`,
    );
    const source = open('table=t');
    const frozen = await source.freeze(freezeOptions());
    const [chunk] = await source.chunks(frozen, 10);
    const relation = await source.reader(frozen, ['id', 'x'], new Map()).open(chunk!, db);
    expect(relation.rows).toBe(4);
    expect(relation.unreadable).toMatchObject([{ row: 2, column: 'x', raw: '{"id":"3","x":"NaN"}' }]);
    expect((await relation.locate([1, 2])).map(({ row, raw }) => [row, raw])).toEqual([
      [1, '{"id":2,"x":"2.00"}'],
      [3, '{"id":4,"x":"4.00"}'],
    ]);
    await source.close();
  });

  it('stops when it is told to, and the server with it', async () => {
    await runPostgresStatement(url, 'create table t as select 1 as id');
    const stop = new AbortController();
    const source = open('query=select id, pg_sleep(30)::text as nap from t');
    setTimeout(() => stop.abort(new Error('stopped')), 300);
    await expect(source.freeze(freezeOptions({ signal: stop.signal }))).rejects.toThrow('stopped');
    const naps = () =>
      runPostgresStatement(
        url,
        `select 1 from pg_stat_activity where state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`,
      );
    await vi.waitFor(async () => expect(await naps()).toEqual([]), { timeout: 10_000, interval: 200 });
  });

  it('is unavailable while the server is down, and reads on when it is back', async () => {
    await runPostgresStatement(url, 'create table t (id int, name text, x float8)');
    await runPostgresStatement(url, fill);
    const source = open('table=t');
    const frozen = await source.freeze(freezeOptions());
    const chunks = await source.chunks(frozen, 7);
    const reader = source.reader(frozen, ['id', 'name'], new Map());
    await (await reader.open(chunks[0]!, db)).close();
    await server.kill();
    for (const _ of [1, 2])
      await expect(reader.open(chunks[1]!, db)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    await server.start();
    expect((await reader.open(chunks[1]!, db)).rows).toBe(chunks[1]!.rows);
    await source.close();
  });

  it('is unavailable when the server dies while rows flow', async () => {
    await runPostgresStatement(
      url,
      `create table t as select g as id, repeat('x', 1000) as name from generate_series(1, 20200) g`,
    );
    await runPostgresStatement(url, 'alter table t add primary key (id)');
    const nap = 'case when id > 20000 then pg_sleep(0.02)::text end as nap';
    const address = parseAddress(`${url}?query=select id, name, ${nap} from t order by id`);
    const tables = new PostgresTables(address, 'id');
    const loading = tables.load({ from: null, to: '20200' }, ['id', 'name'], db, 'rows_that_flow');
    const naps = async () =>
      (await runPostgresStatement(url, `select 1 from pg_stat_activity where wait_event = 'PgSleep'`)).length;
    const outcome = loading.catch((error) => error);
    await vi.waitFor(async () => expect(await naps(), 'asleep').toBe(1), { timeout: 10_000 });
    await server.kill();
    expect(await outcome).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    await server.start();
    // What was loaded by then can be dropped, and loaded again under the same name.
    await db.run('drop table rows_that_flow');
    expect(await tables.load({ from: null, to: '10' }, ['id'], db, 'rows_that_flow')).toMatchObject({
      rows: 10,
    });
    await tables.close();
  });
});
