/** A disk that fills while a run writes: the run waits for room, and nothing is half there. Needs a file system of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Desk, HEADER } from './desk.ts';

const ROWS = 20_000;
const desk = new Desk();
const disk = desk.path('disk');
const mount = (...words: readonly string[]): boolean => spawnSync('mount', words).status === 0;
const unmount = () => spawnSync('umount', [disk]);
mkdirSync(disk);
const canMount = mount('-t', 'tmpfs', '-o', 'size=40k', 'tmpfs', disk);
unmount();

beforeAll(() => {
  const lines = Array.from({ length: ROWS }, (_, i) => `${i},5.${i % 10},3.5,1.4,0.2\n`);
  desk.write('in.csv', `${HEADER}\n${lines.join('')}`);
});
beforeEach(() => {
  mount('-t', 'tmpfs', '-o', 'size=40k', 'tmpfs', disk);
});
afterEach(unmount);
afterAll(() => desk.close());

test.runIf(canMount).each([
  ['csv', 'disk/out.csv'],
  ['parquet', 'disk/out.parquet'],
  ['sqlite', 'sqlite:disk/out.db?table=t'],
  ['duckdb', 'duckdb:disk/out.duckdb?table=t'],
])('%s: the run keeps what it has, and goes on when there is room', { timeout: 60_000 }, (job, output) => {
  const columns = 'id,sepal_length,sepal_width,petal_length,petal_width';
  const { status, said } = desk.run(job, 'in.csv', output, '--columns', columns, '--chunk-rows', '5000');
  expect([status, said.error?.code, said.error?.hint]).toEqual([
    1,
    'DISK_FULL',
    expect.stringContaining('batch resume'),
  ]);
  expect(readdirSync(disk).filter((name) => /^out\.(csv|parquet)$/.test(name))).toEqual([]);
  mount('-o', 'remount,size=50m', disk);
  expect(desk.batch('resume', job).said).toMatchObject({ state: 'done', rows: { ok: ROWS } });
  expect(readdirSync(disk)).toHaveLength(1);
});
