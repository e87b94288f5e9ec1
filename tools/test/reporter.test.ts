import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../checks/project.ts';

let folder: string;
// Inside the checkout, where vitest finds itself.
beforeEach(() => {
  folder = mkdtempSync(join(ROOT, 'node_modules/.reporter-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is summed up of a run of test files, with the folder's name left out. */
function summaryOf(tests: Readonly<Record<string, string>>): Record<string, unknown> {
  for (const [name, text] of Object.entries(tests)) writeFileSync(join(folder, name), text);
  const summary = join(folder, 'summary.json');
  const reporter = `--reporter=${join(import.meta.dirname, 'reporter.ts')}`;
  const args = ['run', '--root', folder, '--globals', reporter];
  // A run within a run would take itself for a worker of the outer one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  spawnSync(join(ROOT, 'node_modules/.bin/vitest'), args, {
    env: { ...env, PLIMSOLL_TEST_SUMMARY: summary },
    timeout: 30_000,
  });
  return JSON.parse(readFileSync(summary, 'utf8').replaceAll(`${folder.replace(`${ROOT}/`, '')}/`, ''));
}

test('a run is summed up: what passed, failed and was skipped, what nobody waited for, how long each file took', () => {
  const { files, failures, ...summary } = summaryOf({
    'fails.test.js': `test('adds', () => expect(1 + 1).toBe(3)); test('counts', () => {}); test.skip('later', () => {});`,
    'loads.test.js': `throw new Error('cannot be loaded');`,
    'forgets.test.js': `test('forgets', async () => { Promise.reject(new TypeError('nobody waits')); await new Promise(setImmediate); });`,
    'hooks.test.js': `describe('with a hook', () => { beforeAll(() => { throw new Error('no server'); }); test('asks', () => {}); });`,
  });
  expect(summary).toEqual({
    passed: 2,
    failed: 4,
    skipped: ['1 tests of fails.test.js', '1 tests of hooks.test.js'],
  });
  expect((failures as string[]).sort()).toEqual([
    'fails.test.js > adds: expected 2 to be 3 // Object.is equality',
    'hooks.test.js > with a hook: no server',
    'loads.test.js: cannot be loaded',
    expect.stringMatching(
      /^unhandled during forgets\.test\.js > forgets: TypeError: nobody waits at forgets\.test\.js:1:\d+$/,
    ),
  ]);
  expect((files as [string, number][]).map(([name]) => name).sort()).toEqual([
    'fails.test.js',
    'forgets.test.js',
    'hooks.test.js',
    'loads.test.js',
  ]);
});
