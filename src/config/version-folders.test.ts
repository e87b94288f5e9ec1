import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nameFiles } from './models.ts';
import { versionFoldersIn } from './version-folders.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-versions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const version = (name: string, file = 'saved_model.pb'): void => {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, file), '');
};

test('the newest version is the largest number, whatever zeros stand before it', () => {
  for (const name of ['9', '10', '0007', 'old']) version(name);
  version('11', 'copying.tmp');
  expect(versionFoldersIn(folder)).toEqual({ newest: join(folder, '10'), versions: ['0007', '9', '10'] });
});

test('a folder without versions has none', () => {
  version('model');
  expect(versionFoldersIn(folder)).toBeNull();
});

test('a folder of versions is one model, and each version has its name', async () => {
  for (const name of ['1', '2']) version(name);
  const problems: string[] = [];
  expect(await nameFiles([folder], {}, problems)).toEqual([
    { name: basename(folder), path: folder, found: false },
  ]);
  expect(await nameFiles([join(folder, '1')], {}, problems)).toEqual([
    { name: basename(folder), path: join(folder, '1'), found: false },
  ]);
  expect(problems).toEqual([]);
});
