import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import type { CellType } from '../../../../scorer/scorer.ts';
import { freezeOptions, type ReadBack, readAll, sourceContract } from '../../contract.ts';
import type { JobSource } from '../../source.ts';
import { openFiles } from '../files.ts';

const file = (
  content: string | Buffer,
  name = 'rows.jsonl',
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-')),
): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const source = (uri: string): Promise<JobSource> =>
  openFiles({ source: { uri, format: null }, key: 'id' }, {});
const types = (entries: Record<string, CellType>): Map<string, CellType> => new Map(Object.entries(entries));

async function read(
  path: string,
  columns: readonly string[],
  wanted: Record<string, CellType> = {},
): Promise<ReadBack> {
  const opened = await source(path);
  return readAll(opened, await opened.freeze(freezeOptions()), { columns, types: types(wanted) }, 3);
}

sourceContract('JSON Lines', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    id: i,
    x: i % 4 ? i / 8 : null,
    flag: i % 2 === 0,
    note: `ü"${i}`,
  }));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  const path = file(`\uFEFF${text}\n  \n\r\n{"id": 1, "x": "one", "flag": true, "note": ""}\n{"id": 2}\n`);
  return {
    open: () => source(path),
    columns: ['id', 'x', 'flag', 'note'],
    types: types({ x: 'number', flag: 'bool', note: 'string' }),
    rows: rows.map(({ id, x, flag, note }) => [String(id), x, flag, note]),
    unreadable: 2,
    change: async () => appendFileSync(path, '{"id": 3, "x": 1, "flag": true, "note": ""}\n'),
  };
});

test('a bad line is rejected alone, with line, byte, text and reason', async () => {
  const first = '{"id": 1, "x": 1.5, "city": "Rome"}\n\n';
  const path = file(
    Buffer.concat([
      Buffer.from(`${first}{"id": 2, "x": \n[3, 1]\n{"id": 4, "x": "4", "city": "x"}\n`),
      Buffer.from('{"id": 5, "x": 5, "city": "M\xe1laga"}\n', 'latin1'),
      Buffer.from('{"id": 6, "x": 6}\n{"id": 7, "x": 7, "city": 7}\n{"id": 8, "x": NaN, "city": null}'),
    ]),
  );
  const { rows, unreadable } = await read(path, ['id', 'x', 'city'], { x: 'number', city: 'string' });
  expect(rows).toEqual([
    ['1', 1.5, 'Rome'],
    ['8', null, null],
  ]);
  expect(unreadable[0]).toMatchObject({
    path,
    line: 3,
    offset: first.length,
    row: 1,
    raw: '{"id": 2, "x": ',
  });
  expect(unreadable.map(({ line, column, code, reason }) => [line, column, code, reason])).toEqual([
    [3, null, 'json_invalid', 'expected JSON, got text that is none (Unexpected end of JSON input)'],
    [4, null, 'object_type', 'expected an object by names of columns'],
    [5, 'x', 'number_type', 'expected a number, got "4"'],
    [6, null, 'encoding', 'expected text in UTF-8, got other bytes'],
    [7, 'city', 'missing', 'the object lacks this column'],
    [8, 'city', 'string_type', 'expected a string, got 7'],
  ]);
});

test('what is carried keeps every digit and every character', async () => {
  const path = file(
    [
      '{"id": 12345678901234567890, "note": 0.10, "other": {"note": 0.1}}',
      '{"id": "007", "note": "\\u00e9\\n", "other": [1, 2.50]}',
      '{"id": 9007199254740991, "note": true, "__proto__": 1}',
      '{"id": 1e400, "note": 1.5, "x": NaN}',
    ].join('\n'),
  );
  expect((await read(path, ['id', 'note', 'other'])).rows).toEqual([
    ['12345678901234567890', '0.10', '{"note":0.1}'],
    ['007', 'é\n', '[1,2.5]'],
    ['9007199254740991', 'true', null],
    ['Infinity', '1.5', null],
  ]);
});

test('lists of models that take tensors come as lists, and others than the first are rejected', async () => {
  const path = file(
    ['[[1, 2.5], [3, null]]', '[[true], ["Infinity"]]', '[1, 2]', '[["a"]]', 'null', '7']
      .map((list, i) => `{"id": ${i}, "image": ${list}, "words": ["a", "b"]}`)
      .join('\n'),
  );
  const { rows, unreadable } = await read(path, ['id', 'image', 'words'], { image: 'list', words: 'list' });
  expect(rows).toEqual([
    [
      '0',
      [
        [1, 2.5],
        [3, null],
      ],
      ['a', 'b'],
    ],
    ['1', [[1], ['Infinity']], ['a', 'b']],
    ['4', null, ['a', 'b']],
  ]);
  expect(unreadable.map(({ row, code }) => [row, code])).toEqual([
    [2, 'list_type'],
    [3, 'list_type'],
    [5, 'list_type'],
  ]);
});

test('files need not have the same columns, and folders may be numbers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
  file('{"id": 1, "a": 1}\n', 'level=1.5/x.jsonl', folder);
  file('{"id": 2, "b": 2}\n', 'level=NaN/x.jsonl', folder);
  const { rows } = await read(folder, ['id', 'a', 'b', 'level'], { level: 'number' });
  expect(rows).toEqual([
    ['1', '1', null, 1.5],
    ['2', null, '2', null],
  ]);
  file('{"id": 2, "b": 2}\n', 'level=high/x.jsonl', folder);
  await expect(read(folder, ['id', 'level'], { level: 'number' })).rejects.toThrow(
    /expected a number, got "high"/,
  );
});

test('text that holds no objects is refused', async () => {
  const freeze = async (text: string): Promise<unknown> => (await source(file(text))).freeze(freezeOptions());
  await expect(freeze('[1, 2]\n[3, 4]\n')).rejects.toThrow(/expected an object by names of columns/);
  await expect(freeze('\n\n')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(freeze('')).rejects.toMatchObject({ code: 'INPUT_EMPTY' });
});

test('lines are found again', async () => {
  const opened = await source(file('{"id": 1}\n\n  {"id": 2}  \r\n'));
  const db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const frozen = await opened.freeze(freezeOptions());
  const [chunk] = await opened.chunks(frozen, 10);
  const relation = await opened.reader(frozen, ['id'], new Map()).open(chunk!, db);
  expect(await relation.locate([1])).toMatchObject([{ line: 3, offset: 11, row: 1, raw: '  {"id": 2}  ' }]);
});
