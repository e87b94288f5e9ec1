import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { identifier, identifiers, literal, PARQUET } from './identifiers.ts';

const HOSTILE = [
  'plain',
  'with "quotes"',
  "it's",
  '"; drop table t; --',
  '\\',
  'ünïcode\n',
  'select',
  '""',
  "''",
];

test('whatever is in a name or a text comes back from a database as it was', async () => {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  for (const text of HOSTILE) {
    const rows = await db.runAndReadAll(`SELECT ${literal(text)} AS ${identifier(text)}`);
    expect(rows.getRowObjects()).toEqual([{ [text]: text }]);
  }
  db.closeSync();
});

test('names make a list of columns', () => {
  expect(identifiers(['a', 'b"c'])).toBe('"a", "b""c"');
});

test('zeros keep their sign in Parquet, however many there are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sql-'));
  const file = literal(join(folder, 'zeros.parquet'));
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  const zero = `if(i % 2 = 0, 0.0::DOUBLE, '-0.0'::DOUBLE)`;
  await db.run(
    `COPY (SELECT ${zero} AS x, ${zero}::FLOAT AS y FROM range(10000) t(i)) TO ${file} (${PARQUET})`,
  );
  const reader = await db.runAndReadAll(
    `SELECT count(*) FILTER (signbit(x)) AS x, count(*) FILTER (signbit(y)) AS y FROM ${file}`,
  );
  expect(reader.getRowObjects()).toEqual([{ x: 5000n, y: 5000n }]);
  db.closeSync();
  rmSync(folder, { recursive: true });
});
