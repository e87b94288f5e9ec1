import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { freezeOptions, readAll, sourceContract } from '../contract.ts';
import type { JobSource } from '../source.ts';
import { openSqliteSource } from './sqlite.ts';
import { parseValue, type SqliteValue, valueText } from './values.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const file = (): string => join(folder, `${++files} it's.db`);

function run(path: string, ...statements: string[]): void {
  const db = new DatabaseSync(path);
  for (const statement of statements) db.exec(statement);
  db.close();
}

const open = (path: string, parameters: string, key = 'id'): Promise<JobSource> =>
  openSqliteSource({ source: { uri: `sqlite:${path}?${parameters}`, format: null }, key }, {});

const ROWS = 40;
const series = (rows: number) =>
  `with recursive r(g) as (select 1 union all select g + 1 from r where g < ${rows})`;
const table = [
  'create table t (id integer, name text, x real)',
  `insert into t ${series(ROWS)} select g, char(97 + g % 3), g / 7.0 from r order by random()`,
];

sourceContract('a table of a SQLite file', async () => {
  const path = file();
  run(path, ...table);
  return {
    open: () => open(path, 'table=main.t'),
    columns: ['id', 'name', 'x'],
    rows: Array.from({ length: ROWS }, (_, g) => [String(g + 1), 'abc'[(g + 1) % 3], (g + 1) / 7]),
    change: async () => run(path, 'update t set x = 0 where id = 17'),
  };
});

describe('a SQLite file', () => {
  it('carries values as they are, and rejects rows whose values are of another kind than their column', async () => {
    const path = file();
    run(
      path,
      'create table t (id text, whole bigint, x numeric, raw blob, day date, free)',
      `insert into t values ('a', 9223372036854775807, 1.5, x'00ff', '2026-02-28', 7), ('b', null, null, null, null, null),
         ('c', 'many', 1, x'', '', 8), ('d', 1, 'much', null, null, 9), ('e', 1.5, 1, null, null, 9), ('f', -1, 9e999, null, 20260228, 0.5)`,
    );
    const source = await open(path, 'table=t');
    const frozen = await source.freeze(freezeOptions());
    expect(frozen.columns.map(({ type }) => type)).toEqual([
      'VARCHAR',
      'BIGINT',
      'DOUBLE',
      'BLOB',
      'VARCHAR',
      'DOUBLE',
    ]);
    const names = frozen.columns.map(({ name }) => name);
    const { rows, unreadable } = await readAll(source, frozen, { columns: names }, 100);
    expect(rows).toEqual([
      ['a', '9223372036854775807', 1.5, '\\x00\\xFF', '2026-02-28', 7],
      ['b', null, null, null, null, null],
      ['f', '-1', 'Infinity', null, '20260228', 0.5],
    ]);
    expect(unreadable).toMatchObject([
      {
        row: 2,
        column: 'whole',
        code: 'type',
        reason: 'its value "many" is no BIGINT',
        raw: expect.stringContaining('"many"'),
      },
      { row: 3, column: 'x' },
      { row: 4, column: 'whole' },
    ]);
    const db = await (await DuckDBInstance.create(':memory:')).connect();
    const [chunk] = await source.chunks(frozen, 100);
    const relation = await source.reader(frozen, ['id'], new Map()).open(chunk!, db);
    expect((await relation.locate([5]))[0]).toMatchObject({ row: 5, raw: '{"id":"f"}' });
  });

  it('reads keys of every kind and collation, equal ones in one chunk, those without a key apart', async () => {
    const path = file();
    const key = `case g % 7 when 0 then null when 1 then g when 2 then g / 10.0 when 3 then 'k' || g % 20 when 4 then 'K' || g % 20 when 5 then cast(g as blob) else -g end`;
    run(
      path,
      'create table t (g int, k collate nocase)',
      `insert into t ${series(3000)} select g, ${key} from r`,
    );
    const source = await open(path, 'table=t', 'k');
    const frozen = await source.freeze(freezeOptions());
    const chunks = await source.chunks(frozen, 100);
    expect(chunks.at(-1)).toMatchObject({ from: null, to: null, rows: 428 });
    const { rows } = await readAll(source, frozen, { columns: ['g'] }, 100);
    expect(
      rows
        .flat()
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 3000 }, (_, index) => index + 1));
  });

  it('writes keys as texts that it reads back', () => {
    const values: fc.Arbitrary<SqliteValue> = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double({ noNaN: true }).filter((value) => !Number.isInteger(value)),
      fc.string(),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(values, (value) => {
        expect(parseValue(valueText(value))).toEqual(
          value instanceof Uint8Array ? Buffer.from(value) : value,
        );
      }),
    );
  });

  it('sees rows that a writer has not yet moved from its log, and leaves out what comes later', async () => {
    const path = file();
    const writer = new DatabaseSync(path);
    writer.exec('pragma journal_mode = wal');
    for (const statement of table) writer.exec(statement);
    const source = await open(path, 'table=t');
    const frozen = await source.freeze(freezeOptions());
    writer.exec('insert into t values (1000, null, null)');
    expect((await readAll(source, frozen, { columns: ['id'] }, 7)).rows).toHaveLength(ROWS);
    writer.exec('insert into t values (0, null, null)');
    await expect(readAll(source, frozen, { columns: ['id'] }, 7)).rejects.toMatchObject({
      code: 'INPUT_CHANGED',
    });
    writer.close();
  });

  it('reads one query, and does nothing else', async () => {
    const path = file();
    run(path, ...table);
    const good = await open(path, 'query=select id + 1 as id, name from t where x > 1 -- all of it');
    expect(await good.freeze(freezeOptions())).toMatchObject({
      rows: 33,
      columns: [
        { name: 'id', type: 'BIGINT' },
        { name: 'name', type: 'VARCHAR' },
      ],
    });
    for (const query of [
      'delete from t returning id',
      'select 1 as id) q; drop table t; --',
      'select 1 as id; select 2 as id',
      `select 1 as id from pragma_journal_mode('delete')) q; attach 'x' as y; --`,
      'select 1 as id /*',
      'vacuum',
    ])
      await expect(
        open(path, `query=${query}`).then((source) => source.freeze(freezeOptions())),
        query,
      ).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
  });

  it('says what is wrong: no file, no database, no table, no key, no rows, a writer at work', async () => {
    const failure = async (path: string, parameters = 'table=t') =>
      (await open(path, parameters)).freeze(freezeOptions());
    await expect(failure(join(folder, 'none.db'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    writeFileSync(join(folder, 'text.db'), 'a,b\n'.repeat(5000));
    await expect(failure(join(folder, 'text.db'))).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
    const path = file();
    run(path, 'create table t (id int)', 'create table other (x int)');
    await expect(failure(path, 'table=u')).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
    await expect(failure(path, 'table=other')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(failure(path)).rejects.toMatchObject({ code: 'INPUT_EMPTY' });
    const writer = new DatabaseSync(path);
    writer.exec('begin exclusive');
    await expect(failure(path)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    writer.close();
  }, 20_000);
});
