/** A coordinator that is put to sleep for longer than its lease, and wakes when another has its run. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LEASE_MILLIS } from '../../src/jobs/run/lease.ts';
import { Desk, HEADER } from './desk.ts';

const ROWS = 60_000;
let desk: Desk;
beforeAll(() => {
  desk = new Desk();
  const lines = Array.from({ length: ROWS }, (_, i) => `${i},${5 + (i % 20) / 10},3,${(i % 60) / 10},1\n`);
  desk.write('in.csv', `${HEADER}\n${lines.join('')}`);
});
afterAll(() => desk.close());

test('finds its fence gone, and has written nothing that counts', { timeout: 180_000 }, async () => {
  const child = desk.start('asleep', 'in.csv', 'out.csv');
  let stdout = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  await desk.stop('asleep', child);
  await pause(LEASE_MILLIS + 1000);
  const { status, said } = desk.batch('resume', 'asleep');
  expect([status, said.rows]).toEqual([0, { read: ROWS, ok: ROWS, rejected: 0, failed: 0, skipped: 0 }]);
  const before = readFileSync(desk.path('out.csv'));
  process.kill(-child.pid!, 'SIGCONT');
  await once(child, 'close');
  expect([child.exitCode, JSON.parse(stdout).error.code]).toEqual([1, 'FENCE_LOST']);
  expect(readFileSync(desk.path('out.csv')).equals(before)).toBe(true);
  expect(
    new Set(
      before
        .toString()
        .split('\n')
        .map((line) => line.split(',')[0]),
    ).size,
  ).toBe(ROWS + 2);
  expect(desk.litter).toEqual([]);
});
