import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlimsollError } from '../core/errors.ts';
import { runChildJob } from './child-job.ts';
import { isKeptByKernel } from './memory-limit.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-child-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CHILD = pathToFileURL(join(import.meta.dirname, 'child-job.ts')).href;

/** Runs `work`, the text of `(request, say) => …`, in a child. */
function run(
  work: string,
  hear: (note: unknown) => void | Promise<void> = () => undefined,
  limit = 10_000,
  memoryBytes: number | null = null,
) {
  const path = join(folder, 'entry.mjs');
  writeFileSync(path, `import { answerChildJob } from '${CHILD}';\nanswerChildJob('a test', ${work});`);
  const fail = (reason: string) => new PlimsollError('ACCEPT_CRASHED', { path: 'x', reason });
  return runChildJob({
    entry: pathToFileURL(path),
    execArgv: [],
    memoryBytes,
    request: { base: 40 },
    limitMillis: limit,
    late: () => fail('late'),
    ended: fail,
    hear,
  });
}

test('a child answers, and is heard on its way in order', async () => {
  const notes: unknown[] = [];
  const hear = async (note: unknown): Promise<void> => {
    await new Promise((go) => setTimeout(go, note === 1 ? 100 : 0));
    notes.push(note);
  };
  expect(await run('async ({ base }, say) => { say(1); say(2); return base + 2; }', hear)).toBe(42);
  expect(notes).toEqual([1, 2]);
});

test('what it throws is thrown here, coded errors as they are', async () => {
  await expect(run("async () => { throw new Error('oh'); }")).rejects.toMatchObject({ code: 'INTERNAL' });
  const source = JSON.stringify(pathToFileURL(join(import.meta.dirname, '../core/errors.ts')).href);
  const coded = `async () => { const { PlimsollError } = await import(${source}); throw new PlimsollError('STOPPING'); }`;
  await expect(run(coded)).rejects.toMatchObject({ code: 'STOPPING' });
});

test('one that ends without a word or takes too long is told so, and is gone', async () => {
  await expect(run('async () => process.exit(3)')).rejects.toThrow('ended: exit code 3');
  await expect(run("async () => process.kill(process.pid, 'SIGSEGV')")).rejects.toThrow(
    'ended: killed by SIGSEGV',
  );
  const pids: number[] = [];
  const endless = 'async (_, say) => { say(process.pid); for (;;); }';
  await expect(run(endless, (note) => void pids.push(note as number), 6000)).rejects.toThrow('ended: late');
  expect(() => process.kill(pids[0]!, 0)).toThrow(/ESRCH/);
});

test('who hears something that must not be ends it', async () => {
  const refuse = (): never => {
    throw new PlimsollError('STOPPING');
  };
  const work = 'async (_, say) => { say(1); await new Promise((go) => setTimeout(go, 30000)); }';
  await expect(run(work, refuse)).rejects.toMatchObject({ code: 'STOPPING' });
});

test.runIf(isKeptByKernel())(
  'a child takes no more memory outside of its heap than it is given',
  async () => {
    const fill = (megabytes: number): string => `async () => Buffer.alloc(${megabytes} * 2 ** 20, 1).length`;
    const limit = 200 * 2 ** 20;
    expect(await run(fill(100), undefined, 10_000, limit)).toBe(100 * 2 ** 20);
    await expect(run(fill(1000), undefined, 10_000, limit)).rejects.toMatchObject({ code: 'INTERNAL' });
  },
);
