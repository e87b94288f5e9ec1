import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { identifier, identifiers, literal } from './sql.ts';

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
