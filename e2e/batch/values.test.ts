/** Values and names at the edge of what there is, through every sink and back, read by others than us. */
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Desk, query } from './desk.ts';

const LIMIT = 60_000;
/** Column names that SQL, CSV and JSON each take for something else. */
const NAMES = ['a "b" c', "it's", 'Ünïcödé 😀', 'x); drop table t; --', 'select', ' padded ', 'a,b'];
/** Types that a database has, with values at their edges. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  wide: ['9007199254740993', '-9223372036854775808', '9223372036854775807', 'NULL'],
  unsigned: ['18446744073709551615::UBIGINT', '0::UBIGINT', 'NULL', '1::UBIGINT'],
  money: ["'12345678901234.56'::DECIMAL(16, 2)", '-0.01', '0.00', 'NULL'],
  huge: ["'12345678901234567890123456789012345678'::DECIMAL(38, 0)", '-1', 'NULL', '0'],
  number: ["'-inf'::DOUBLE", "'-0.0'::DOUBLE", '5e-324', '0.1'],
  flag: ['true', 'false', 'NULL', 'true'],
  day: ["DATE '0001-01-01'", "DATE '9999-12-31'", "DATE '2024-02-29'", 'NULL'],
  moment: [
    "TIMESTAMP '2026-03-29 02:30:00.123456'",
    "TIMESTAMP '1969-12-31 23:59:59.999999'",
    'NULL',
    "TIMESTAMP '9999-12-31 23:59:59'",
  ],
  instant: [
    "TIMESTAMPTZ '2026-10-25 02:30:00+02'",
    "TIMESTAMPTZ '2026-10-25 02:30:00+01'",
    'NULL',
    "TIMESTAMPTZ '1970-01-01 00:00:00Z'",
  ],
  text: ["''", "'NULL'", "'a,\"b\"' || chr(10) || chr(9) || '\\N'", 'NULL'],
};
const KEYS = ['9007199254740993', '9007199254740992', '-9223372036854775808', '0'];
let desk: Desk;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const columns = [...Object.keys(EDGES), ...NAMES];

beforeAll(async () => {
  desk = new Desk();
  const rows = KEYS.map((key, i) => {
    const edges = Object.entries(EDGES).map(([name, values]) => `${values[i]} AS ${name}`);
    const names = NAMES.map((name, j) => `'${'v'.repeat(j)}${i}' AS ${quoted(name)}`);
    return `SELECT ${key} AS id, 5.1 AS sepal_length, 3.5 AS sepal_width, 1.4 AS petal_length, 0.2 AS petal_width, ${[...edges, ...names]}`;
  });
  await query(`SET TimeZone = 'UTC'; COPY (${rows.join(' UNION ALL ')}) TO '${desk.path('edges.parquet')}'`);
});
afterAll(() => desk.close());

const header = (): string => columns.map((name) => (/[", ]/.test(name) ? quoted(name) : name)).join(',');
const run = (output: string) => {
  const { said, stderr } = desk.run(
    `to-${output.replaceAll(/\W/g, '-')}`,
    'edges.parquet',
    output,
    '--columns',
    header(),
  );
  expect([stderr, said.error?.message, said.rows]).toEqual([
    '',
    undefined,
    { read: 4, ok: 4, rejected: 0, failed: 0, skipped: 0 },
  ]);
};
const names = ['id', ...columns].map(quoted).join(', ');
/** What the input holds, each value as DuckDB writes it. */
const before = () => texts(`read_parquet('${desk.path('edges.parquet')}')`);
const texts = (from: string) =>
  query(
    `SET TimeZone = 'UTC'; SELECT ${['id', ...columns].map((name) => `${quoted(name)}::VARCHAR AS ${quoted(name)}`)} FROM ${from} ORDER BY "id"::BIGINT`,
  );

test('Parquet and DuckDB give back every value, in its type', { timeout: LIMIT }, async () => {
  run('edges-out.parquet');
  run('duckdb:edges.duckdb?table=drop table');
  const expected = await before();
  const out = `'${desk.path('edges-out.parquet')}'`;
  expect(await texts(out)).toEqual(expected);
  const types = async (from: string) =>
    (await query(`DESCRIBE SELECT ${names} FROM ${from}`)).map((row) => row['column_type']);
  expect(await types(out)).toEqual(await types(`'${desk.path('edges.parquet')}'`));
  expect(await attached('edges.duckdb', 'drop table')).toEqual(expected);
});

const attached = async (file: string, table: string) =>
  query(
    `ATTACH '${desk.path(file)}' AS d (TYPE duckdb); SET TimeZone = 'UTC'; SELECT ${['id', ...columns].map((name) => `${quoted(name)}::VARCHAR AS ${quoted(name)}`)} FROM d.${quoted(table)} ORDER BY id`,
  );

test('CSV gives back the text of every value, and tells nothing from an empty text', {
  timeout: LIMIT,
}, async () => {
  run('edges.csv');
  const cast = (value: string, { quoting }: { quoting: boolean }) =>
    value === '' && !quoting ? null : value;
  const rows = parse<Row>(readFileSync(desk.path('edges.csv')), { columns: true, cast });
  expect(byKey(rows)).toEqual((await before()).map(plain));
});

test('JSON Lines give back every value, to the digit', { timeout: LIMIT }, async () => {
  run('edges.jsonl');
  const digits = (_: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' || typeof value === 'boolean' ? source : value;
  const lines = readFileSync(desk.path('edges.jsonl'), 'utf8').trimEnd().split('\n');
  // biome-ignore lint/suspicious/noExplicitAny: the source of a number is not yet in the types of JSON.parse.
  const rows = lines.map((line): Row => JSON.parse(line, digits as any));
  expect(byKey(rows)).toEqual((await before()).map(plain));
});

test('SQLite holds every value, whole numbers and texts to the digit', { timeout: LIMIT }, async () => {
  run('sqlite:edges.db?table=drop table');
  const db = new DatabaseSync(desk.path('edges.db'));
  const rows = db
    .prepare(
      `SELECT ${['id', ...columns].map((name) => `CAST(${quoted(name)} AS TEXT) AS ${quoted(name)}`)} FROM "drop table" ORDER BY id`,
    )
    .all();
  db.close();
  const expected = await before();
  const same = ['id', 'wide', 'unsigned', 'huge', 'day', 'text', ...NAMES];
  const pick = (row: Record<string, unknown>) => same.map((name) => row[name]);
  expect(rows.map(pick)).toEqual(expected.map(pick));
});

test('a model reads a whole number as a double, and a key stays what it is', { timeout: LIMIT }, async () => {
  writeFileSync(
    desk.path('keys.csv'),
    `id,sepal_length,sepal_width,petal_length,petal_width\n${['9007199254740993', '007', '1e5', ' x ', 'NaN'].map((key) => `${key},5,3,1,0`).join('\n')}\n`,
  );
  expect(desk.run('keys', 'keys.csv', 'keys-out.csv').said.rows.ok).toBe(5);
  const rows = await query(`SELECT id FROM read_csv('${desk.path('keys-out.csv')}', all_varchar = true)`);
  expect(rows.map(({ id }) => id)).toEqual(['9007199254740993', '007', '1e5', ' x ', 'NaN']);
});

type Row = Record<string, unknown>;

/** What was carried, without floating-point numbers: these are spelt in many ways. */
const plain = (row: Row): Row =>
  Object.fromEntries(['id', ...columns].filter((name) => name !== 'number').map((name) => [name, row[name]]));

const byKey = (rows: readonly Row[]): Row[] =>
  rows.map(plain).sort((a, b) => (BigInt(a['id'] as string) < BigInt(b['id'] as string) ? -1 : 1));
