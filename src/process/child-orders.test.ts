import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlimsollError } from '../core/errors.ts';
import { ChildOrders } from './child-orders.ts';

const CHILD = pathToFileURL(join(import.meta.dirname, 'child-orders.ts')).href;
const failed = (reason: string) => new PlimsollError('INSPECTION_CRASHED', { reason });

let folder: string;
let orders: ChildOrders;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-orders-'));
});
afterEach(async () => {
  await orders.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A process that does `work`, the text of `async (order) => …`. */
function start(
  work: string,
  more: { limitMillis?: number; idleMillis?: number; maxQueue?: number } = {},
): void {
  const path = join(folder, 'entry.mjs');
  writeFileSync(
    path,
    `import { answerChildOrders } from '${CHILD}';\nlet count = 0;\nanswerChildOrders('a test', ${work});`,
  );
  orders = new ChildOrders({
    ...{ entry: pathToFileURL(path), execArgv: [], memoryBytes: null },
    ...{ limitMillis: 10_000, idleMillis: 10_000, maxQueue: 4, ...more },
    busy: (found) => failed(`busy ${found}`),
    late: () => failed('late'),
    ended: failed,
  });
}

test('one process does one order after the other, and throws what it throws', async () => {
  start(
    "async ({ say }) => { if (say === 'no') throw new Error('oh'); return [process.pid, ++count, say]; }",
  );
  const [first, second] = await Promise.all([
    orders.do<unknown[]>({ say: 'a' }),
    orders.do<unknown[]>({ say: 'b' }),
  ]);
  expect([first.slice(1), second]).toEqual([
    [1, 'a'],
    [first[0], 2, 'b'],
  ]);
  await expect(orders.do({ say: 'no' })).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(await orders.do<unknown[]>({ say: 'c' })).toEqual([first[0], 3, 'c']);
});

test('an order that ends the process, or takes too long, is lost alone: the next has a new process', async () => {
  start(
    'async ({ wait }) => { if (wait === 0) process.exit(3); if (wait > 0) await new Promise(() => setInterval(() => 0, 9)); return process.pid; }',
    {
      limitMillis: 2000,
    },
  );
  const found = await Promise.allSettled(
    [{ wait: -1 }, { wait: 0 }, { wait: 1 }, { wait: -1 }].map((order) => orders.do(order)),
  );
  expect(found.map((one) => (one.status === 'fulfilled' ? typeof one.value : String(one.reason)))).toEqual([
    'number',
    expect.stringContaining('exit code 3'),
    expect.stringContaining('late'),
    'number',
  ]);
});

test('more than may wait are refused at once, and a process without orders ends', async () => {
  start('async () => process.pid', { maxQueue: 1, idleMillis: 1 });
  const [first, , third] = await Promise.allSettled([orders.do({}), orders.do({}), orders.do({})]);
  expect(String(third.status === 'rejected' && third.reason)).toContain('busy 1');
  const pid = first.status === 'fulfilled' ? Number(first.value) : 0;
  await expect.poll(() => isAlive(pid)).toBe(false);
  expect(await orders.do({})).not.toBe(pid);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
