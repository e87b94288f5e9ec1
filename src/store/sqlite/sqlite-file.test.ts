import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, it } from 'vitest';
import { SqliteFile } from './sqlite-file.ts';
import type { SqliteReply, SqliteResult, SqlValue } from './sqlite-message.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-file-'));
let files = 0;
const path = () => join(folder, `${++files}.db`);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Query = string | readonly [sql: string, ...parameters: SqlValue[]];

const ask = (file: SqliteFile, ...queries: Query[]): SqliteReply =>
  file.perform({
    kind: 'run',
    statements: queries.map((query) => {
      const [sql, ...parameters] = typeof query === 'string' ? [query] : query;
      return { sql, parameters };
    }),
  });

function done(file: SqliteFile, ...queries: Query[]): SqliteResult {
  const { outcome } = ask(file, ...queries);
  if (outcome.kind === 'failed') throw new Error(outcome.failure.message);
  return outcome.result;
}

it('answers rows of the last statement with the names of their columns, or how many were written', () => {
  const file = new SqliteFile(':memory:');
  const bytes = Uint8Array.of(1, 2, 3);
  const written = done(file, 'create table t (a integer, b text, c blob) strict', [
    'insert into t values (?, ?, ?), (2, ?, null)',
    ...[1, 'one', bytes, 'two'],
  ]);
  expect(written).toEqual({ columns: [], rows: [], changes: 2 });
  const { columns, rows } = done(file, 'select c, b, a from t order by a');
  expect(columns).toEqual(['c', 'b', 'a']);
  expect(rows).toEqual([
    [bytes, 'one', 1],
    [null, 'two', 2],
  ]);
});

it('stops at the first statement that fails, says whether a transaction is open, and goes on after it', () => {
  const file = new SqliteFile(':memory:');
  done(file, 'create table t (a integer primary key) strict');
  const failed = ask(file, 'begin', 'insert into nowhere values (1)', 'insert into t values (1)');
  expect(failed).toMatchObject({ outcome: { kind: 'failed', failure: { code: 1 } }, inTransaction: true });
  expect(ask(file, 'insert into t values (2)', 'commit').inTransaction).toBe(false);
  expect(done(file, 'select a from t').rows).toEqual([[2]]);
  const twice = ask(file, 'begin', 'insert or rollback into t values (2)');
  // 1555 is SQLITE_CONSTRAINT_PRIMARYKEY: https://sqlite.org/rescode.html
  expect(twice).toMatchObject({ outcome: { failure: { code: 1555 } }, inTransaction: false });
});

it('names columns as they are when it reads, also where another process has changed the table', () => {
  const at = path();
  const file = new SqliteFile(at);
  done(file, 'create table t (a integer) strict', 'insert into t values (1)');
  expect(done(file, 'select * from t').columns).toEqual(['a']);
  const other = new DatabaseSync(at);
  other.exec('alter table t add column b integer');
  other.close();
  const { columns, rows } = done(file, 'select * from t');
  expect([columns, rows]).toEqual([['a', 'b'], [[1, null]]]);
  file.perform({ kind: 'close' });
});

it('takes any number of different statements', () => {
  const file = new SqliteFile(':memory:');
  for (let round = 0; round < 2; round += 1)
    for (let i = 0; i < 500; i += 1) expect(done(file, `select ${i} as n`).rows).toEqual([[i]]);
});

it('opens again what was closed', () => {
  const file = new SqliteFile(path());
  done(file, 'create table t (a integer) strict');
  expect(file.perform({ kind: 'close' })).toMatchObject({ outcome: { kind: 'done' }, inTransaction: false });
  expect(done(file, 'select * from t').rows).toEqual([]);
  file.perform({ kind: 'close' });
});
