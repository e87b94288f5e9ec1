import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { freezeOptions, readAll, sourceContract } from '../contract.ts';
import type { JobSource } from '../source.ts';
import { openDuckDBSource } from './duckdb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-duckdb-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const file = (): string => join(folder, `${++files} it's.duckdb`);

async function run(path: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const db = await instance.connect();
  for (const statement of statements) await db.run(statement);
  db.closeSync();
  instance.closeSync();
}

const open = (path: string, parameters: string, key = 'id'): Promise<JobSource> =>
  openDuckDBSource({ source: { uri: `duckdb:${path}?${parameters}`, format: null }, key }, {});

/** Keeps a file open for writing until its input ends. */
const WRITER = `require('@duckdb/node-api').DuckDBInstance.create(process.argv[1]).then(async (instance) => {
  await instance.connect();
  process.stdout.write('open');
  process.stdin.on('end', () => process.exit()).resume();
})`;

const ROWS = 40;
const rows = `select g::bigint as id, chr((97 + g % 3)::int) as name, g / 7 as x from range(1, ${ROWS + 1}) r(g) order by random()`;

sourceContract('a table of a DuckDB file', async () => {
  const path = file();
  await run(path, `create table t as ${rows}`);
  return {
    open: () => open(path, 'table=main.t'),
    columns: ['id', 'name', 'x'],
    rows: Array.from({ length: ROWS }, (_, g) => [String(g + 1), 'abc'[(g + 1) % 3], (g + 1) / 7]),
    change: () => run(path, 'update t set x = 0 where id = 17'),
  };
});

describe('a DuckDB file', () => {
  it('carries each type as it is, in chunks of keys of each type', async () => {
    const path = file();
    const columns = {
      big: `g::hugeint * 34028236692093846346337460743176`,
      money: `(g / 100)::decimal(18,3)`,
      at: `timestamp '2026-01-01' + interval (g) minute`,
      zoned: `timestamptz '2026-01-01 00:00:00+00' + interval (g) minute`,
      day: `date '2026-01-01' + g::integer`,
      mark: `md5(g::text)::uuid`,
      raw: `(g::text || '\\x00')::blob`,
      mood: `(case when g % 2 = 0 then 'ok' else 'bad' end)::enum_of_moods`,
      list: `[g, null]`,
      pair: `{'a': g, 'b': 'x'}`,
      float: `(g / 3)::float`,
      yes: `g % 2 = 0`,
    };
    const list = Object.entries(columns).map(([name, value]) => `${value} as ${name}`);
    await run(
      path,
      `create type enum_of_moods as enum ('bad', 'ok')`,
      `create table t as select ${list.join(', ')} from range(5000) r(g)`,
    );
    const reference = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
    const connection = await reference.connect();
    const names = Object.keys(columns);
    const wanted = (await connection.runAndReadAll('select * from t')).getRowsJson() as unknown[][];
    connection.closeSync();
    reference.closeSync();
    const sorted = (values: readonly (readonly unknown[])[]) =>
      values.map((row) => JSON.stringify(row)).sort();
    for (const key of ['big', 'money', 'at', 'zoned', 'day', 'mark', 'raw', 'float']) {
      const source = await open(path, 'table=t', key);
      const frozen = await source.freeze(freezeOptions());
      const back = await readAll(source, frozen, { columns: names }, 1000);
      expect(sorted(back.rows), key).toEqual(sorted(wanted));
      await source.close();
    }
  });

  it('gives a query nothing but the file', async () => {
    const path = file();
    await run(path, `create table t as ${rows}`);
    const secret = join(folder, 'secret.csv');
    writeFileSync(secret, 'id\n1\n');
    const good = await open(path, 'query=select id from t where id > 10 -- all of it');
    expect(await good.freeze(freezeOptions())).toMatchObject({ rows: 30 });
    await good.close();
    for (const query of [
      `select * from read_csv('${secret}')`,
      `select * from '${secret}'`,
      'delete from t returning id',
      "select 1 as id) q; attach 'x' as y; --",
      'select 1 as id; select 2 as id',
      'set threads = 2',
    ]) {
      const source = await open(path, `query=${query}`);
      await expect(source.freeze(freezeOptions()), query).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
      await source.close();
    }
  });

  it('says what is wrong: no file, no database, no table, no rows, a writer at work', async () => {
    const failure = async (path: string, parameters = 'table=t') => {
      const source = await open(path, parameters);
      return source.freeze(freezeOptions()).finally(() => source.close());
    };
    await expect(failure(join(folder, 'none.duckdb'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    writeFileSync(join(folder, 'text.duckdb'), 'a,b\n'.repeat(5000));
    await expect(failure(join(folder, 'text.duckdb'))).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
    const path = file();
    await run(path, 'create table t (id int)');
    await expect(failure(path, 'table=u')).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
    await expect(failure(path)).rejects.toMatchObject({ code: 'INPUT_EMPTY' });
    const writer = spawn(process.execPath, ['-e', WRITER, path], {
      cwd: import.meta.dirname,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(writer.stdout, 'data');
    await expect(failure(path)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    writer.stdin.end();
    await once(writer, 'exit');
    await expect(failure(path)).rejects.toMatchObject({ code: 'INPUT_EMPTY' });
  });
});
