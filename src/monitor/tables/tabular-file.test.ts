import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { literal } from '../../sql/identifiers.ts';
import type { ValueColumn } from '../reference/reference-profile.ts';
import { collectColumns, columnGroups } from './collect-columns.ts';
import { openTable, type TabularFile } from './tabular-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function parquet(name: string, select: string): Promise<string> {
  const path = join(folder, name);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  await db.run(`COPY (${select}) TO ${literal(path)} (FORMAT parquet)`);
  db.closeSync();
  instance.closeSync();
  return path;
}
function csv(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
/** Cells of a column: NaN is told from null. */
const cells = (column: ValueColumn | null): unknown[] | null =>
  column === null
    ? null
    : column.kind === 'category'
      ? [...column.values]
      : Array.from(column.values, (x, i) => (column.nulls?.[i] === 1 ? null : x));

async function read(table: TabularFile): Promise<{ columns: (unknown[] | null)[]; misfits: number[][] }> {
  const columns: (unknown[] | null)[] = table.columns.map(() => null);
  const misfits: number[][] = table.columns.map(() => []);
  for await (const block of table.blocks()) {
    block.columns.forEach((column, j) => {
      const found = cells(column);
      if (found !== null) columns[j] = [...(columns[j] ?? []), ...found];
    });
    block.misfits.forEach((rows, j) => {
      rows?.forEach((flag, i) => flag === 1 && misfits[j]!.push(block.from + i));
    });
  }
  table.close();
  return { columns, misfits };
}

const TYPED = `SELECT * FROM (VALUES
  (1::INTEGER, 1.5::DOUBLE, 'a', true, DATE '2026-01-01', TIMESTAMP '2026-01-01 00:00:01', 1.25::DECIMAL(9,2), [1]),
  (NULL, 'nan', NULL, NULL, NULL, NULL, NULL, NULL),
  (3, '-inf', 'a longer text than twelve', false, DATE '1970-01-02', TIMESTAMP '1970-01-01', 2, [2])) t(i, x, s, b, d, "at", price, list)`;

test('a Parquet file comes as its own types have it, with null and NaN apart, times in milliseconds', async () => {
  const table = await openTable(await parquet('typed.parquet', TYPED));
  expect(table.columns.map(({ type }) => type)).toEqual([
    'number',
    'number',
    'text',
    'boolean',
    'time',
    'time',
    'number',
    'other',
  ]);
  const day = Date.UTC(2026, 0, 1);
  expect((await read(table)).columns).toEqual([
    [1, null, 3],
    [1.5, Number.NaN, -Infinity],
    ['a', null, 'a longer text than twelve'],
    ['true', null, 'false'],
    [day, null, 86_400_000],
    [day + 1000, null, 0],
    [1.25, null, 2],
    ['true', null, 'true'],
  ]);
});

test('a CSV that is a reference says its types by all of its values', async () => {
  const path = csv(
    'reference.csv',
    'n,code,flag,at,mixed,empty,na\n1,007,True,2026-01-01 10:00:00,1,,NA\n2.5e3,012,false,2026-01-02T00:00:00Z,x,,3\n,,,,,,4\n',
  );
  const table = await openTable(path);
  expect(table.columns.map(({ type }) => type)).toEqual([
    'number',
    'text',
    'boolean',
    'time',
    'text',
    'text',
    'number',
  ]);
  const { columns, misfits } = await read(table);
  expect(columns.slice(0, 3)).toEqual([
    [1, 2500, null],
    ['007', '012', null],
    ['true', 'false', null],
  ]);
  expect(columns[3]).toEqual([Date.UTC(2026, 0, 1, 10), Date.UTC(2026, 0, 2), null]);
  expect(columns[6]).toEqual([null, 3, 4]);
  expect(misfits.flat()).toEqual([]);
});

test.each(['parquet', 'csv'])(
  'a %s stream has the types of the reference; cells that are none are null and told',
  async (kind) => {
    const types = [
      { name: 'n', type: 'number' },
      { name: 'code', type: 'text' },
      { name: 'flag', type: 'boolean' },
      { name: 'gone', type: 'number' },
      { name: 'at', type: 'time' },
    ] as const;
    const path =
      kind === 'csv'
        ? csv(
            'stream.csv',
            'at,extra,n,code,flag\n2026-01-01,1,1,7,true\nsoon,2,abc,8,2x\n,3,nan,,0\n2026-01-02,4,NA,9,1\n',
          )
        : await parquet(
            'stream.parquet',
            `SELECT * FROM (VALUES ('2026-01-01', 1, '1', 7, 'true'), ('soon', 2, 'abc', 8, '2x'), (NULL, 3, 'nan', NULL, '0'),
           ('2026-01-02', 4, 'NA', 9, '1')) t("at", extra, n, code, flag)`,
          );
    const table = await openTable(path, types);
    expect(table.missing).toEqual(['gone']);
    expect(table.extra).toEqual(['extra']);
    const { columns, misfits } = await read(table);
    expect(columns).toEqual([
      [1, null, Number.NaN, null],
      ['7', '8', null, '9'],
      ['true', null, 'false', 'true'],
      null,
      [Date.UTC(2026, 0, 1), null, null, Date.UTC(2026, 0, 2)],
    ]);
    expect(misfits).toEqual([[1], [], [1], [], [1]]);
  },
);

test('rows come in the order of the file over many blocks, and whole columns in groups', async () => {
  const path = await parquet(
    'many.parquet',
    `SELECT i::DOUBLE AS x, 'v' || (i % 7) AS c, CASE WHEN i % 3 > 0 THEN i END AS n FROM range(300_000) r(i)`,
  );
  const table = await openTable(path);
  expect(await table.rows()).toBe(300_000);
  let next = 0;
  for await (const { from, rows, columns } of table.blocks(['x'])) {
    expect(from).toBe(next);
    expect((columns[0] as { values: Float64Array }).values[rows - 1]).toBe(from + rows - 1);
    next += rows;
  }
  expect(next).toBe(300_000);
  const groups = [];
  for await (const group of columnGroups(table)) groups.push(...group);
  table.close();
  const [x, c, n] = groups.map(({ column }) => cells(column)!);
  expect(x).toEqual(Array.from({ length: 300_000 }, (_, i) => i));
  expect(c!.every((text, i) => text === `v${i % 7}`)).toBe(true);
  expect(n!.every((value, i) => value === (i % 3 > 0 ? i : null))).toBe(true);
});

test('names are matched as they are written, whatever is in them', async () => {
  const path = csv('names.csv', '"a ""b""",A,__proto__\n1,2,3\n');
  const table = await openTable(path, [
    { name: 'a "b"', type: 'number' },
    { name: '__proto__', type: 'number' },
    { name: 'a', type: 'number' },
  ]);
  expect(table).toMatchObject({ missing: ['a'], extra: ['A'] });
  expect((await read(table)).columns).toEqual([[1], [3], null]);
});

test.each([
  ['nothing there', () => join(folder, 'none.csv'), 'FILE_NOT_FOUND'],
  ['a folder', () => folder, 'FILE_UNREADABLE'],
  ['a Parquet file cut short', () => csv('short.parquet', 'PAR1xxxxxxxxxxxxx'), 'INPUT_INVALID'],
  [
    'bytes that are no text',
    () => csv('binary.csv', Buffer.from([0xff, 0xfe, 0x00, 0x2c, 0x0a, 0xff, 0x80])),
    'INPUT_INVALID',
  ],
  [
    'rows of different lengths',
    () => csv('ragged.csv', `a,b\n${'1,2\n'.repeat(50_000)}1,2,3,4\n`),
    'INPUT_INVALID',
  ],
])('what is no table is refused with a code: %s', async (_, path, code) => {
  const failure = await openTable(path())
    .then(read)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
});

test('a table without rows has no blocks', async () => {
  const table = await openTable(csv('header.csv', 'a,b\n'));
  expect(await read(table)).toEqual({ columns: [null, null], misfits: [[], []] });
});

test('numbers of rows that pandas writes beside them are no column', async () => {
  const path = await parquet('index.parquet', 'SELECT 1.5 AS x, 7 AS __index_level_0__');
  const table = await openTable(path, [{ name: 'x', type: 'number' }]);
  expect([table.columns.length, table.missing, table.extra]).toEqual([1, [], []]);
  table.close();
  const reference = await openTable(path);
  expect(reference.columns.map(({ name }) => name)).toEqual(['x']);
  reference.close();
});

test('numbers are whole by their type in Parquet, and by how they are written in CSV', async () => {
  const typed = await openTable(
    await parquet('whole.parquet', 'SELECT 1::BIGINT a, 1::DOUBLE b, 1::UTINYINT c, 1::DECIMAL(4, 1) d'),
  );
  typed.close();
  expect(typed.columns.map(({ integer }) => integer)).toEqual([true, false, true, false]);
  const written = await openTable(csv('whole.csv', 'a,b,c,d\n1,1.0,-3,x\n,2.0,+4,y\nNA,3.0,1e3,z\n'));
  written.close();
  expect(written.columns.map(({ integer }) => integer)).toEqual([true, false, false, undefined]);
});

test('the first rows of columns are collected over blocks, whatever width their numbers have in the file', async () => {
  const path = await parquet(
    'many.parquet',
    `SELECT i::FLOAT f, (i % 100)::TINYINT b, i::BIGINT l, CASE WHEN i % 2 = 0 THEN i::UINTEGER END u, i::VARCHAR s FROM range(9000) t(i)`,
  );
  const table = await openTable(path);
  const found = await collectColumns(table, ['f', 'b', 'l', 'u', 's'], 5000);
  table.close();
  const rows = Array.from({ length: 5000 }, (_, i) => i);
  expect(found.map(({ column }) => cells(column))).toEqual([
    rows,
    rows.map((i) => i % 100),
    rows,
    rows.map((i) => (i % 2 === 0 ? i : null)),
    rows.map(String),
  ]);
});

test('a CSV of many columns of numbers is read in the memory that there is', async () => {
  const names = Array.from({ length: 200 }, (_, k) => `c${k}`);
  const lines = Array.from({ length: 50 }, (_, row) => names.map((_name, k) => `${row / 8 + k}`).join(','));
  const table = await openTable(csv('many.csv', `${names.join(',')}\n${lines.join('\n')}\n`));
  const { columns, misfits } = await read(table);
  table.close();
  expect(columns.map((column) => column?.[8])).toEqual(names.map((_, k) => 1 + k));
  expect(misfits.flat()).toEqual([]);
});
