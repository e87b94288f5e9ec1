import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { imageFiles } from './files.ts';
import { TAR_END, tarHeader } from './tar.ts';

const home = mkdtempSync(join(tmpdir(), 'plimsoll-files-'));
afterAll(() => rmSync(home, { recursive: true }));

const GIBIBYTE = 2 ** 30;

test('a file of more than 8 GiB is found by GNU tar and here, and so is what follows it', () => {
  const path = join(home, 'large.tar');
  const size = 9 * GIBIBYTE + 5;
  const file = openSync(path, 'w');
  const head = tarHeader({ kind: 'file', path: 'blobs/sha256/aa', mode: 0o644, size });
  writeSync(file, head);
  const after = head.length + size + (512 - (size % 512));
  ftruncateSync(file, after); // sparse
  const layout = tarHeader({ kind: 'file', path: 'oci-layout', mode: 0o644, size: 2 });
  writeSync(file, Buffer.concat([layout, Buffer.from('{}'.padEnd(512, '\0')), TAR_END]), 0, null, after);
  closeSync(file);
  const listed = execFileSync('tar', ['-tvf', path], { encoding: 'utf8' });
  expect(listed.split('\n').map((line) => line.split(/\s+/)[2])).toEqual([String(size), '2', undefined]);
  const files = imageFiles(path)!;
  expect(files.sizeOf('blobs/sha256/aa')).toBe(size);
  expect(files.read('blobs/sha256/aa')).toBeNull();
  expect(files.read('oci-layout')!.toString()).toBe('{}');
});

test('what is no layout is none: other archives, cut ones, other folders, nothing', () => {
  writeFileSync(join(home, 'text.tar'), 'x'.repeat(4000));
  writeFileSync(join(home, 'other.tar'), tarHeader({ kind: 'folder', path: 'a', mode: 0o755 }));
  writeFileSync(join(home, 'empty.tar'), '');
  for (const name of ['text.tar', 'other.tar', 'empty.tar', '', 'absent'])
    expect(imageFiles(join(home, name)), name).toBeNull();
});
