import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ColumnVector } from '../../scorer/frame.ts';
import { selectedFeatureOf } from './features.ts';
import { frameOfBlock, takeFrameRows } from './frames.ts';

let db: DuckDBConnection;
beforeAll(async () => {
  db = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => db.closeSync());

/** The frame of a query, read as workers read it. */
async function frame(values: string): Promise<ColumnVector[]> {
  const described = await db.runAndReadAll(`DESCRIBE SELECT * FROM (${values})`);
  const features = described
    .getRowObjects()
    .map((row) => selectedFeatureOf(String(row['column_name']), String(row['column_type'])));
  const columns = features.map(({ expression }) => expression).join(', ');
  const result = await db.stream(`SELECT ${columns} FROM (${values})`);
  const block = await result.fetchChunk();
  return [...frameOfBlock(block!, features).columns];
}

/** Cells of a vector as JavaScript has them. */
function cells(vector: ColumnVector): unknown[] {
  if (vector.kind === 'texts' || vector.kind === 'lists') return [...vector.values];
  const { values, valid } = vector;
  return Array.from(values as ArrayLike<number | bigint>, (value, i) => (valid?.[i] === 0 ? null : value));
}

test.each([
  ['INTEGER', '7', 'numbers', 7],
  ['UTINYINT', '200', 'numbers', 200],
  ['FLOAT', '0.1', 'numbers', Math.fround(0.1)],
  ['DOUBLE', "'-inf'", 'numbers', Number.NEGATIVE_INFINITY],
  ['BIGINT', '9007199254740993', 'bigints', 9_007_199_254_740_993n],
  ['UBIGINT', '18446744073709551615', 'bigints', 18_446_744_073_709_551_615n],
  ['HUGEINT', '12', 'numbers', 12],
  ['DECIMAL(9,2)', '1.25', 'numbers', 1.25],
  ['BOOLEAN', 'true', 'bools', 1],
  ['VARCHAR', "'ü'", 'texts', 'ü'],
  ['DATE', "'2026-11-01'", 'texts', '2026-11-01'],
  ['UUID', "'00000000-0000-0000-0000-00000000000a'", 'texts', '00000000-0000-0000-0000-00000000000a'],
  ["ENUM('a', 'b')", "'b'", 'texts', 'b'],
  ['DOUBLE[]', '[1, NULL]', 'lists', [1, null]],
  ['INTEGER[2][]', '[[1, 2]]', 'lists', [[1, 2]]],
])('a cell of type %s comes as it is, and its null as null', async (type, literal, kind, value) => {
  const [vector] = await frame(`SELECT * FROM (VALUES ((${literal})::${type}), (NULL)) t(x)`);
  expect(vector!.kind).toBe(kind);
  expect(cells(vector!)).toEqual([value, null]);
});

test('nulls are where they were, over more rows than a word of bits has', async () => {
  const [x] = await frame(
    'SELECT CASE WHEN i % 7 = 3 THEN NULL ELSE i::DOUBLE END AS x FROM range(1000) t(i)',
  );
  expect(cells(x!)).toEqual(Array.from({ length: 1000 }, (_, i) => (i % 7 === 3 ? null : i)));
});

test('a column without nulls says so', async () => {
  const [x, y] = await frame('SELECT i::INTEGER AS x, i AS y FROM range(100) t(i)');
  expect(x).toMatchObject({ kind: 'numbers', valid: null });
  expect(y).toMatchObject({ kind: 'bigints', valid: null });
});

test('some rows of a frame are those rows', async () => {
  const values =
    "SELECT CASE WHEN i = 2 THEN NULL ELSE i END AS n, 'r' || i AS t, [i] AS l FROM range(6) s(i)";
  const { rows, columns } = takeFrameRows({ rows: 6, columns: await frame(values) }, [1, 2, 5]);
  expect(rows).toBe(3);
  expect(columns.map(cells)).toEqual([
    [1n, null, 5n],
    ['r1', 'r2', 'r5'],
    [[1n], [2n], [5n]],
  ]);
});
