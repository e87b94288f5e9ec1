import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolders, makeFoldersSync } from './make-folders.ts';

test('a folder is made with those above it, once or twice', async () => {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-folder-'));
  const path = join(root, 'a', 'b', 'c');
  await Promise.all([makeFolders(path), makeFolders(path)]);
  await makeFolders(path);
  expect(existsSync(path)).toBe(true);
  rmSync(root, { recursive: true });
});

test('the same at once says what was made first', () => {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-folder-'));
  const path = join(root, 'a', 'b');
  expect(makeFoldersSync(path, 0o700)).toBe(join(root, 'a'));
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(makeFoldersSync(path)).toBeUndefined();
  rmSync(root, { recursive: true });
});

test.runIf(existsSync('/proc/self'))('where nothing can be made it fails at once', async () => {
  expect(() => makeFoldersSync('/proc/plimsoll/data')).toThrow('ENOENT');
  await expect(makeFolders('/proc/plimsoll/data')).rejects.toThrow('ENOENT');
});

test('where the working folder is gone it fails, and does not try for ever', () => {
  const script = `
    const { mkdtempSync, rmdirSync } = require('node:fs');
    const gone = mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'plimsoll-gone-'));
    process.chdir(gone);
    rmdirSync(gone);
    import(${JSON.stringify(join(import.meta.dirname, 'make-folders.ts'))})
      .then(({ makeFolders }) => makeFolders('.plimsoll/spool'))
      .catch(({ code }) => console.log(code));`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 20_000 });
  expect(stdout.trim()).toBe('ENOENT');
});
