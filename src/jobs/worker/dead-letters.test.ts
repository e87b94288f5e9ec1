import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DeadLetter, DeadLetters, deadLettersPath } from './dead-letters.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-letters-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const letter = (row: number, raw: string): DeadLetter => ({
  chunk: 0,
  row,
  path: 'a.csv',
  line: row + 2,
  offset: row * 10,
  key: null,
  outcome: 'rejected',
  code: 'number_type',
  column: 'x',
  reason: 'expected a number',
  raw,
});

test('letters are a line each, whatever is in a row, also where they are many', () => {
  const path = deadLettersPath(folder, 12);
  const letters = new DeadLetters(path);
  const raw = 'a\n"b"\u2028\0'.repeat(1000);
  const all = Array.from({ length: 700 }, (_, i) => letter(i, raw));
  for (const one of all) letters.add(one);
  expect(existsSync(path)).toBe(false);
  letters.close();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(all);
  expect(readdirSync(dirname(path))).toEqual(['00000012.jsonl']);
});

test('a chunk that is done again replaces its letters, and without any they go', () => {
  const path = deadLettersPath(folder, 0);
  for (const raw of ['first', 'second']) {
    const letters = new DeadLetters(path);
    letters.add(letter(0, raw));
    letters.close();
    expect(readFileSync(path, 'utf8')).toContain(raw);
  }
  new DeadLetters(path).close();
  expect(existsSync(path)).toBe(false);
});

test('a folder that cannot be written to is said', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const letters = new DeadLetters(deadLettersPath(file, 0));
  letters.add(letter(0, ''));
  expect(() => letters.close()).toThrow(expect.objectContaining({ code: 'DATA_UNWRITABLE' }));
});
