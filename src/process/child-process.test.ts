import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { type ChildOptions, ChildProcess, startNode } from './child-process.ts';

const node = (code: string, more: Partial<ChildOptions> = {}): ChildProcess =>
  new ChildProcess({
    command: process.execPath,
    args: ['-e', code],
    stdio: ['ignore', 'pipe', 'inherit'],
    ...more,
  });

/** Its first output: it runs. */
const started = (child: ChildProcess): Promise<unknown> => once(child.stdio[1] as Readable, 'data');
const SERVES = "process.on('SIGTERM', () => process.exit(4)); setInterval(() => 0, 1e6); console.log('up')";
const STAYS = "process.on('SIGTERM', () => 0); setInterval(() => 0, 1e6); console.log('up')";

test('why it has ended is told: its exit code, the signal, or what it was ended for', async () => {
  expect(await node('process.exit(3)').ended).toEqual({
    ...{ reason: 'exit code 3', code: 3, isKilled: false, hasStarted: true },
  });
  const killed = await node("process.kill(process.pid, 'SIGSEGV')").ended;
  expect(killed).toEqual({
    ...{ reason: 'killed by SIGSEGV', code: null, isKilled: false, hasStarted: true },
  });
  const child = node(STAYS);
  await started(child);
  child.kill('it took too long');
  expect(await child.ended).toMatchObject({ reason: 'it took too long', isKilled: true });
});

test('a program that is not there has not started', async () => {
  const child = new ChildProcess({ command: '/no/such/program', args: [], stdio: 'ignore' });
  expect(child.pid).toBe(undefined);
  expect(await child.ended).toMatchObject({ hasStarted: false, reason: expect.stringContaining('ENOENT') });
});

test('what is stopped ends by itself within its grace, and is killed after it', async () => {
  const child = node(SERVES);
  await started(child);
  expect((await child.stop(60_000)).reason).toBe('exit code 4');
  const stays = node(STAYS);
  await started(stays);
  expect((await stays.stop(50)).reason).toBe('killed by SIGKILL');
});

test('all that it said has come before its end, and its end is told although its own children live on', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-child-')), 'entry.mjs');
  writeFileSync(
    file,
    'for (let i = 1; i <= 1000; i++) process.send({ i }, () => i === 1000 && process.exit(0));',
  );
  const child = startNode(pathToFileURL(file), { execArgv: [] });
  let heard = 0;
  child.onMessage(() => {
    heard += 1;
  });
  await child.ended;
  expect(heard).toBe(1000);
  const grandchild =
    "require('node:child_process').spawn('sleep', ['5'], { stdio: ['ignore', 1, 1], detached: true })";
  const parent = node(`${grandchild}.unref()`, { drainMillis: 100 });
  expect((await parent.ended).reason).toBe('exit code 0');
});

test('a group of its own is killed with all that it has started', async () => {
  const code = `const { pid } = require('node:child_process').spawn('sleep', ['1000']);
    process.stdout.write(String(pid)); setInterval(() => 0, 1e6)`;
  const child = node(code, { ownsGroup: true });
  const [pid] = (await started(child)) as [Buffer];
  child.kill();
  await child.ended;
  await expect.poll(() => isAlive(Number(pid))).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
