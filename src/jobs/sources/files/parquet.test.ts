import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { inputError } from '../../../duckdb/errors.ts';
import { literal } from '../../../sql/identifiers.ts';
import { freezeOptions, readAll, sourceContract } from '../contract.ts';
import type { JobSource } from '../source.ts';
import { openFiles } from './files.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'plimsoll-'));

async function sql(statement: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  const rows = (await db.runAndReadAll(statement)).getRowsJson() as unknown[][];
  db.closeSync();
  instance.closeSync();
  return rows;
}

async function write(path: string, select: string, options = ''): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  await sql(`COPY (${select}) TO ${literal(path)} (FORMAT parquet${options})`);
  return path;
}
const source = (uri: string): Promise<JobSource> =>
  openFiles({ source: { uri, format: null }, key: 'id' }, {});
const failure = async (uri: string): Promise<unknown> => {
  const opened = await source(uri);
  return opened.freeze(freezeOptions()).catch((error: unknown) => error);
};

const WIDE = `SELECT 'k' || i AS id, i::BIGINT * 9007199254740993 AS big, i / 3 AS x, (i % 5 = 0) AS flag,
  CASE WHEN i % 7 <> 0 THEN i::DECIMAL(18, 4) / 8 END AS price, TIMESTAMP '2026-11-01' + INTERVAL (i) SECOND AS "at",
  [i, i + 1] AS list FROM range(50) r(i)`;
const COLUMNS = ['id', 'big', 'x', 'flag', 'price', 'at', 'list'];

sourceContract('Parquet', async () => {
  const path = await write(join(folder(), "o'ne.parquet"), WIDE);
  return {
    open: () => source(path),
    columns: COLUMNS,
    rows: await sql(WIDE),
    change: async () => void (await write(path, `SELECT * FROM (${WIDE}) WHERE big > 0`)),
  };
});

test('rows come in the order of the file, whatever the row groups are', async () => {
  const path = await write(
    join(folder(), 'x.parquet'),
    'SELECT i AS id FROM range(10_000) r(i)',
    ', ROW_GROUP_SIZE 2048',
  );
  const opened = await source(path);
  const frozen = await opened.freeze(freezeOptions());
  expect(frozen.items[0]).toMatchObject({ layout: { groups: [2048, 2048, 2048, 2048, 1808] } });
  for (const rows of [1000, 2048, 3000, 5000]) {
    const back = await readAll(opened, frozen, { columns: ['id'] }, rows);
    expect(back.rows.map(([id]) => Number(id))).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  }
});

test('a row that is looked up comes as JSON, with the whole of its numbers', async () => {
  const path = await write(join(folder(), 'x.parquet'), WIDE);
  const opened = await source(path);
  const frozen = await opened.freeze(freezeOptions());
  const db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const [, second] = await opened.chunks(frozen, 10);
  const relation = await opened.reader(frozen, ['id'], new Map()).open(second!, db);
  const [place] = await relation.locate([4]);
  expect(place).toMatchObject({ path, line: null, offset: null, row: 14 });
  expect(JSON.parse(place!.raw)).toMatchObject({
    id: 'k14',
    big: '126100789566373902',
    price: null,
    list: ['14', '15'],
  });
});

test('files of folders are one input, in the order of their names; folders that are named become columns', async () => {
  const base = folder();
  await write(join(base, 'day=2026-11-02/b.parquet'), `SELECT 'b' AS id`);
  await write(join(base, 'day=2026-11-02/a.parquet'), `SELECT 'a' AS id`);
  await write(join(base, 'day=2026-11-01/z.parquet'), `SELECT 'z' AS id`);
  await write(join(base, '_temporary/x.parquet'), `SELECT 'hidden' AS id`);
  await write(join(base, 'day=2026-11-01/.y.parquet'), `SELECT 'hidden' AS id`);
  writeFileSync(join(base, 'README.txt'), 'notes');
  for (const uri of [base, `${base}/**/*.parquet`, `file://${base}`]) {
    const opened = await source(uri);
    const frozen = await opened.freeze(freezeOptions());
    expect(frozen).toMatchObject({ rows: 3, columns: [{ name: 'id' }, { name: 'day', type: 'VARCHAR' }] });
    const back = await readAll(opened, frozen, { columns: ['day', 'id'] });
    expect(back.rows).toEqual([
      ['2026-11-01', 'z'],
      ['2026-11-02', 'a'],
      ['2026-11-02', 'b'],
    ]);
  }
});

test('types may be wider in another file, where nothing is lost', async () => {
  const base = folder();
  await write(join(base, '1.parquet'), 'SELECT 1::INTEGER AS id, 2::FLOAT AS x, 3::BIGINT AS n');
  await write(
    join(base, '2.parquet'),
    'SELECT 0.25::DOUBLE AS x, 9007199254740993::BIGINT AS id, 0.5::DOUBLE AS n',
  );
  const opened = await source(base);
  const frozen = await opened.freeze(freezeOptions());
  expect(frozen.columns.map(({ type }) => type)).toEqual(['BIGINT', 'DOUBLE', 'DOUBLE']);
  expect((await readAll(opened, frozen, { columns: ['id', 'x', 'n'] })).rows).toEqual([
    ['1', 2, 3],
    ['9007199254740993', 0.25, 0.5],
  ]);
});

test('a whole number that a double cannot hold is refused where another file has doubles', async () => {
  const base = folder();
  await write(join(base, '1.parquet'), 'SELECT 9007199254740993::BIGINT AS id');
  await write(join(base, '2.parquet'), 'SELECT 0.5::DOUBLE AS id');
  const opened = await source(base);
  const frozen = await opened.freeze(freezeOptions());
  await expect(readAll(opened, frozen, { columns: ['id'] })).rejects.toThrow(/beyond 2\^53/);
});

test('files whose columns do not go together are refused by file and column', async () => {
  const base = folder();
  await write(join(base, '1.parquet'), 'SELECT 1 AS id, 2 AS x');
  const second = join(base, '2.parquet');
  for (const [select, message] of [
    ['SELECT 1 AS id', /2\.parquet: it lacks column "x"/],
    ['SELECT 1 AS id, 2 AS x, 3 AS y', /2\.parquet: it has column "y"/],
    [`SELECT 1 AS id, 'two' AS x`, /2\.parquet: column "x" is VARCHAR, in files before it INTEGER/],
  ] as const) {
    await write(second, select);
    expect(await failure(base)).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(message),
    });
  }
});

test('a file that is cut short or is no Parquet is named before anything is hashed', async () => {
  const path = await write(join(folder(), 'x.parquet'), WIDE);
  const whole = readFileSync(path);
  for (const length of [1, 11, 12, 100, whole.length - 8, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, length));
    expect(await failure(path)).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining(path),
    });
  }
  writeFileSync(path, '');
  expect(await failure(path)).toMatchObject({ code: 'INPUT_EMPTY' });
  await write(path, 'SELECT 1 AS id WHERE false');
  expect(await failure(path)).toMatchObject({ code: 'INPUT_EMPTY' });
});

test('bytes that are appended while it is hashed are noticed', async () => {
  const path = await write(join(folder(), 'x.parquet'), WIDE);
  const opened = await source(path);
  const onProgress = (): void => appendFileSync(path, 'more');
  await expect(opened.freeze(freezeOptions({ onProgress }))).rejects.toMatchObject({ code: 'INPUT_CHANGED' });
});

test('bytes that only their reading shows to be damaged are an error about the file, once they are read', async () => {
  const path = await write(join(folder(), 'x.parquet'), 'SELECT hash(i) AS id FROM range(5000) r(i)');
  const bytes = readFileSync(path);
  bytes.fill(0xff, 4, 60);
  writeFileSync(path, bytes);
  const opened = await source(path);
  const frozen = await opened.freeze(freezeOptions());
  const error = await readAll(opened, frozen, { columns: ['id'] }, 10_000).catch((cause: unknown) => cause);
  const told = inputError(path, error) as Error;
  expect(told).toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining(path) });
  expect(told.message).not.toContain('\n');
});
