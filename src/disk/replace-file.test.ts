import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceFile } from './replace-file.ts';

test('a file is replaced as a whole, with its mode, and nothing is left beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'replace-'));
  try {
    const path = join(folder, 'a');
    await replaceFile(path, 'one');
    await replaceFile(path, 'two', { mode: 0o600, isShared: true });
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what cannot be put in its place leaves what is there, and nothing beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'replace-'));
  try {
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    await expect(replaceFile(join(folder, 'a'), 'one')).rejects.toMatchObject({ syscall: 'rename' });
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readdirSync(join(folder, 'a'))).toEqual(['b']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
