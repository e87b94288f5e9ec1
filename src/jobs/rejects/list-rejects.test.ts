import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupRejects, listRejects, type RejectsRequest } from './list-rejects.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-rejects-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const letter = (row: number, more: object = {}): string =>
  `${JSON.stringify({
    ...{ chunk: 0, row, path: '/in.csv', line: row + 2, offset: 0, key: String(row), outcome: 'rejected' },
    ...{ code: 'number_type', column: 'age', reason: 'expected a number, got "old"', raw: `${row},old` },
    ...more,
  })}\n`;

const lying = (name: string, files: Readonly<Record<string, string>>) => {
  const run = { folder: join(folder, name), key: 'id', names: ['id', 'age'] };
  mkdirSync(join(run.folder, 'rejects'), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(run.folder, file), text);
  return run;
};

const rowsOf = async (run: ReturnType<typeof lying>, wanted: RejectsRequest, most?: number) => {
  const rows: number[] = [];
  let [cursor, parts] = [undefined as string | undefined, 0];
  do {
    const { items, next } = await listRejects(run, { ...wanted, cursor }, most);
    rows.push(...items.map(({ row }) => row));
    cursor = next ?? undefined;
    parts += 1;
  } while (cursor !== undefined);
  return { rows, parts };
};

test('rows without an answer are listed part by part, each once, in the order of the input', async () => {
  const numbers = Array.from({ length: 2500 }, (_, row) => row);
  const run = lying('whole', { 'rejects.jsonl': numbers.map((row) => letter(row)).join('') });
  expect(await rowsOf(run, { limit: 1000 })).toEqual({ rows: numbers, parts: 3 });
  expect(await rowsOf(run, { limit: 1000 }, 1000)).toMatchObject({ rows: numbers });
  const [first] = (await listRejects(run, { limit: 1 })).items;
  expect(first).toMatchObject({ row: 0, key: '0', cells: { id: '0', age: 'old' }, line: 2 });
});

test('a part is bounded by what is looked through, also where nothing fits', async () => {
  const run = lying('bounded', {
    'rejects.jsonl': Array.from({ length: 500 }, (_, k) => letter(k)).join(''),
  });
  const { items, next } = await listRejects(run, { code: 'other' }, 100);
  expect(items).toEqual([]);
  expect(next).not.toBeNull();
  expect(await rowsOf(run, { code: 'other' }, 100)).toMatchObject({ rows: [] });
});

test('before a run ends, its rows lie chunk by chunk; places of before are refused after', async () => {
  const run = lying('parts', {
    'rejects/00000001.jsonl': letter(11),
    'rejects/00000000.jsonl': letter(0) + letter(1),
    'rejects/00000002.jsonl.77.tmp': letter(20),
  });
  expect(await rowsOf(run, { limit: 1 })).toMatchObject({ rows: [0, 1, 11] });
  const { next } = await listRejects(run, { limit: 1 });
  writeFileSync(join(run.folder, 'rejects.jsonl'), letter(0));
  await expect(listRejects(run, { cursor: next! })).rejects.toMatchObject({ code: 'PAGE_INVALID' });
});

test('they are counted by outcome, code and column, most first, and filtered so', async () => {
  const missing = {
    code: 'missing_key',
    column: 'id',
    reason: '"id" is missing, a key was wanted',
    key: null,
  };
  const run = lying('groups', {
    'rejects.jsonl': [
      letter(0, missing),
      letter(1),
      letter(2),
      'torn {\n',
      letter(3, { code: 'row_length', column: null, reason: 'expected 2 cells, got 1' }),
    ].join(''),
  });
  const counted = await groupRejects(run);
  expect(counted).toMatchObject({ rows: 4, isWhole: true });
  expect(counted.groups.map(({ code, column, rows }) => [code, column, rows])).toEqual([
    ['number_type', 'age', 2],
    ['missing_key', 'id', 1],
    ['row_length', null, 1],
  ]);
  expect(await rowsOf(run, { column: 'age' })).toMatchObject({ rows: [1, 2] });
  expect(await rowsOf(run, { column: '' })).toMatchObject({ rows: [3] });
  expect(await rowsOf(run, { code: 'missing_key' })).toMatchObject({ rows: [0] });
  expect(await groupRejects(run, 1)).toMatchObject({ isWhole: false });
});

test('a long record is told in part, and its cells not at all', async () => {
  const raw = `7,${'x'.repeat(300_000)}`;
  const run = lying('long', { 'rejects.jsonl': letter(0, { raw }) + letter(1) });
  const { items } = await listRejects(run, {});
  expect(items.map((item) => [item.raw.length, item.cells === null])).toEqual([
    [4000, true],
    [5, false],
  ]);
});
