import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFolder } from './write.ts';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'plimsoll-advice-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const FILES = [
  { name: 'README.md', text: 'read', does: '' },
  { name: 'rows/example.jsonl', text: '{}', does: '' },
];

test('a folder that is not there, or empty, has every file afterwards', () => {
  for (const folder of [join(work, 'new/deep'), join(work, 'empty')]) {
    if (folder.endsWith('empty')) mkdirSync(folder);
    writeFolder(folder, FILES);
    expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual([
      'README.md',
      'rows',
      'rows/example.jsonl',
    ]);
  }
  expect(readdirSync(work).toSorted()).toEqual(['empty', 'new']);
});

test('what is there stays as it is, unless one insists; others then stay beside', () => {
  writeFileSync(join(work, 'README.md'), 'mine');
  writeFileSync(join(work, 'other'), 'other');
  expect(() => writeFolder(work, FILES)).toThrow(expect.objectContaining({ code: 'FOLDER_TAKEN' }));
  expect(readdirSync(work).toSorted()).toEqual(['README.md', 'other']);
  writeFolder(work, FILES, true);
  expect(readFileSync(join(work, 'README.md'), 'utf8')).toBe('read');
  expect(readdirSync(work).toSorted()).toEqual(['README.md', 'other', 'rows']);
});

test('where one file cannot be written, none is', () => {
  const folder = join(work, 'folder');
  const twice = [...FILES, { name: 'README.md/below', text: '', does: '' }];
  expect(() => writeFolder(folder, twice)).toThrow(expect.objectContaining({ code: 'FILE_UNWRITABLE' }));
  expect(existsSync(folder)).toBe(false);
  expect(readdirSync(work)).toEqual([]);
});

test('a file of that name is told as such', () => {
  writeFileSync(join(work, 'file'), '');
  expect(() => writeFolder(join(work, 'file'), FILES)).toThrow(
    expect.objectContaining({ code: 'FOLDER_TAKEN' }),
  );
});
