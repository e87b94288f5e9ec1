import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteAside } from './sqlite-aside.ts';
import { SqliteHere } from './sqlite-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-aside-'));
let path = '';
let files = 0;
beforeEach(() => {
  path = join(folder, `${files++}.db`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const threads: Worker[] = [];
const note = (worker: Worker): unknown => threads.push(worker);
process.on('worker', note);
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  threads.length = 0;
});

const statement = (sql: string) => ({ sql, parameters: [] });
const alive = (): number => threads.filter(({ threadId }) => threadId > 0).length;

/** A connection whose start is over, to a table with one row. */
async function connection(options: ConstructorParameters<typeof SqliteAside>[1]): Promise<SqliteAside> {
  const made = new SqliteAside(path, options);
  open.push(made);
  await made.run([
    statement('create table if not exists t (x integer)'),
    statement('insert into t values (1)'),
  ]);
  await sleep(500);
  return made;
}
const read = (of: SqliteAside) => of.run([statement('select x from t order by x')]);
const write = (of: SqliteAside, x: number) => of.run([statement(`insert into t values (${x})`)]);

test('little that is read starts no thread, much does, and what writes; where nothing is asked it ends', {
  timeout: 20_000,
}, async () => {
  const made = await connection({ restMillis: 300 });
  for (let k = 0; k < 10; k++) await read(made);
  await sleep(50);
  expect(alive()).toBe(0);
  for (let k = 0; k < 10; k++) await read(made);
  await expect.poll(alive).toBe(1);
  await expect.poll(alive, { timeout: 10_000 }).toBe(0);
  await write(made, 2);
  await expect.poll(alive).toBe(1);
  await write(made, 3);
  await expect.poll(alive, { timeout: 10_000 }).toBe(0);
  expect((await read(made)).rows).toEqual([[1], [2], [3]]);
});

test('a transaction stays where it is, however long nothing is asked in it', {
  timeout: 20_000,
}, async () => {
  const made = await connection({ restMillis: 100 });
  await write(made, 2);
  await expect.poll(alive).toBe(1);
  await made.run([statement('begin immediate'), statement('insert into t values (3)')]);
  await sleep(500);
  expect(made.inTransaction).toBe(true);
  await made.run([statement('rollback')]);
  expect((await read(made)).rows).toEqual([[1], [2]]);
});

test('what was read is read once until something is written, where nobody else writes', async () => {
  const made = await connection({ isAlone: true });
  const first = await read(made);
  expect(await read(made)).toBe(first);
  await write(made, 2);
  expect((await read(made)).rows).toEqual([[1], [2]]);
  await made.run([statement('begin immediate'), statement('insert into t values (3)')]);
  expect((await read(made)).rows).toHaveLength(3);
  await made.run([statement('rollback')]);
  expect((await read(made)).rows).toEqual([[1], [2]]);
});

test('where others write each read sees what they have written', async () => {
  const made = await connection({});
  await read(made);
  const other = new SqliteHere(path);
  await other.run([statement('insert into t values (9)')]);
  await other.close();
  expect((await read(made)).rows).toEqual([[1], [9]]);
});
