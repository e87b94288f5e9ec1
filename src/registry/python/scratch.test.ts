import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scratchRoot } from './scratch.ts';

const { uid } = userInfo();
let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'plimsoll-scratch-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

test('a user has one folder, and nobody else may look into it', () => {
  const path = scratchRoot(base);
  expect(modeOf(path)).toBe(0o700);
  chmodSync(path, 0o777);
  expect(scratchRoot(base)).toBe(path);
  expect(modeOf(path)).toBe(0o700);
});

test('a link that lies there already is not followed', () => {
  const aim = join(base, 'aim');
  mkdirSync(aim, { mode: 0o755 });
  const taken = join(base, `plimsoll-python-${uid}`);
  symlinkSync(aim, taken);
  const path = scratchRoot(base);
  expect(path.startsWith(`${taken}-`)).toBe(true);
  expect(lstatSync(path).isDirectory()).toBe(true);
  expect([modeOf(path), modeOf(aim)]).toEqual([0o700, 0o755]);
});
