import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Signature } from '../../../../model/signature.ts';
import { csvFileToBody } from '../../../../row-files/csv.ts';
import type { CellType } from '../../../../scorer/scorer.ts';
import { freezeOptions, type ReadBack, readAll, sourceContract } from '../../contract.ts';
import type { JobSource, RowPlace } from '../../source.ts';
import { openFiles } from '../files.ts';

const file = (content: string | Buffer, name = 'rows.csv'): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-')), name);
  writeFileSync(path, content);
  return path;
};
const source = (uri: string): Promise<JobSource> =>
  openFiles({ source: { uri, format: null }, key: 'id' }, {});
const numbers = (...names: string[]): Map<string, CellType> => new Map(names.map((name) => [name, 'number']));

async function read(
  path: string,
  columns: readonly string[],
  types: ReadonlyMap<string, CellType> = new Map(),
  chunkRows = 1000,
): Promise<ReadBack> {
  const opened = await source(path);
  return readAll(opened, await opened.freeze(freezeOptions()), { columns, types }, chunkRows);
}
const problem = async (path: string): Promise<unknown> =>
  (await source(path)).freeze(freezeOptions()).then(
    () => 'frozen',
    (error: Error) => error.message.replace(path, 'FILE'),
  );

const ROWS = Array.from({ length: 60 }, (_, i) => ({
  text: `00${i},"say ""${i}""\r\nor",${i % 3 === 0 ? '' : i / 8},${i % 2 === 0 ? 'True' : 'false'}\r\n`,
  row: [`00${i}`, `say "${i}"\r\nor`, i % 3 === 0 ? null : i / 8, i % 2 === 0],
}));
sourceContract('CSV', async () => {
  const bad = 'x,"y",number?,true\r\n\r\nshort\r\n';
  const path = file(`\uFEFFid,note,x,flag\r\n${ROWS.map(({ text }) => text).join('')}${bad}`);
  return {
    open: () => source(path),
    columns: ['id', 'note', 'x', 'flag'],
    types: new Map<string, CellType>([
      ['x', 'number'],
      ['flag', 'bool'],
    ]),
    rows: ROWS.map(({ row }) => row),
    unreadable: 2,
    change: async () => appendFileSync(path, 'more,"",1,true\r\n'),
  };
});

test('a bad row is told by line, byte, text, column and reason, and costs no other row', async () => {
  const good = Array.from({ length: 30_000 }, (_, i) => `${i},"a\nb",${i}.5`).join('\n');
  const head = `id,note,x\n${good}\n`;
  const path = file(`${head}30000,"é ""q""",n/a\n30001,c,1\n`);
  const { rows, unreadable } = await read(path, ['id', 'x'], numbers('x'), 10_000);
  expect(rows).toHaveLength(30_001);
  expect(unreadable).toEqual([
    {
      path,
      line: 60_002,
      offset: Buffer.byteLength(head),
      row: 30_000,
      raw: '30000,"é ""q""",n/a',
      column: 'x',
      code: 'number_type',
      reason: 'expected a number, got "n/a"',
    },
  ]);
});

test('what is no row of the table is rejected alone, with what is wrong', async () => {
  const lines = ['1,a', '2', '3,a,b', '4,a"b', '5,"a" ', '6,"a', '6,"a"b"', '7,ok', '', '8,"'];
  const text = Buffer.concat([
    Buffer.from(`id,x\n${lines.slice(0, 5).join('\n')}\n9,`),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('\n7,ok\n\n8,"'),
  ]);
  const { rows, unreadable } = await read(file(text), ['id', 'x']);
  expect(rows).toEqual([
    ['1', 'a'],
    ['7', 'ok'],
  ]);
  expect(unreadable.map(({ line, code, reason }) => `${line} ${code}: ${reason}`)).toEqual([
    '3 row_length: expected 2 cells, got 1',
    '4 row_length: expected 2 cells, got 3',
    '5 quotes: expected quotes around the whole cell and doubled within it, got one that is neither',
    '6 quotes: expected quotes around the whole cell and doubled within it, got one that is neither',
    '7 encoding: expected text in UTF-8, got other bytes',
    '10 quotes: expected quotes around the whole cell and doubled within it, got one that is neither',
  ]);
});

test('a quote that is never closed is refused where it hides how many rows follow', async () => {
  const message =
    'FILE line 3: the quote that opens here is never closed, so that nothing tells where the rows after it begin';
  expect(await problem(file('id,x\n1,a\n2,"b\n3,c\n4,d\n'))).toBe(message);
  expect(await problem(file('id,x\n1,a\n2,"b\n'))).toBe('frozen');
});

test('delimiters are told from the header and the rows', async () => {
  for (const [name, text] of [
    ['semicolons', 'id;x\n1;2,5\n2;3,5\n'],
    ['tabs', 'id\tx\n1\t2,5\n2\t3,5\n'],
    ['bars', 'id|x\n1|2,5\n2|3,5\n'],
    ['commas', 'id,x\n1,"2,5"\n2,"3,5"\n'],
    ['a header with a comma in quotes', '"id";"x"\n"1";"2,5"\n"2";"3,5"\n'],
  ] as const) {
    expect((await read(file(text), ['id', 'x'])).rows, name).toEqual([
      ['1', '2,5'],
      ['2', '3,5'],
    ]);
  }
  expect((await read(file('id\n1\n\n2\n'), ['id'])).rows).toEqual([['1'], ['2']]);
});

test('text that is no table is refused', async () => {
  expect(await problem(file('\n\n'))).toBe('FILE: a header was wanted, it has none');
  expect(await problem(file('id,x\r1,2\r3,4\r'))).toBe(
    'FILE: its lines end with CR alone, LF or CR LF was wanted',
  );
  expect(await problem(file(Buffer.from('\uFEFFid,x\n1,2\n', 'utf16le')))).toBe(
    'FILE: it is text in UTF-16, UTF-8 was wanted',
  );
  expect(await problem(file('id,x,x\n1,2,3\n'))).toBe('FILE: it has two columns "x"');
  expect(await problem(file('id,x\n'))).toMatch(/there are no rows/);
  expect(await problem(file(`${'x'.repeat(2_000_000)},y\n1,2\n`))).toBe(
    'FILE: its header exceeds 1048576 bytes',
  );
});

test('columns without a name, as pandas writes its index, are left out', async () => {
  const path = file(',id,x\n0,a,1\n1,b,2\n');
  const opened = await source(path);
  expect((await opened.freeze(freezeOptions())).columns.map(({ name }) => name)).toEqual(['id', 'x']);
  expect((await read(path, ['x', 'id'])).rows).toEqual([
    ['1', 'a'],
    ['2', 'b'],
  ]);
});

test('rows are found again by line, byte and text', async () => {
  const path = file('id,x\n1,"a\nb"\n\n2,c\n3,d');
  const opened = await source(path);
  const frozen = await opened.freeze(freezeOptions());
  const db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const places: RowPlace[] = [];
  for (const chunk of await opened.chunks(frozen, 2)) {
    const relation = await opened.reader(frozen, ['id'], new Map()).open(chunk, db);
    places.push(...(await relation.locate(Array.from({ length: relation.rows }, (_, i) => i))));
    await relation.close();
  }
  expect(places.map(({ line, offset, row, raw }) => [line, offset, row, raw])).toEqual([
    [2, 5, 0, '1,"a\nb"'],
    [5, 14, 1, '2,c'],
    [6, 18, 2, '3,d'],
  ]);
});

const signature = (type: 'number' | 'bool' | 'string'): Signature => ({
  form: 'table',
  columns: ['id', 'x'].map((name) => ({
    name,
    named: true,
    type: name === 'id' ? 'string' : type,
    nullable: true,
  })),
  outputs: [],
  classes: null,
});
/** Spellings that are easy to get wrong, and any other text. */
const spelling = fc.oneof(
  fc.double().map(String),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value.toFixed(6)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.constantFrom(
    '1_000',
    '+-1',
    '1.',
    '.5',
    '.',
    '',
    ' ',
    ' 1 ',
    '\t2',
    '\u00a03',
    '1e5',
    '1e',
    '-0',
    '00012',
    '0x10',
  ),
  fc.constantFrom(
    'NaN',
    '-nan',
    'inf',
    '+Inf',
    '-infinity',
    'TRUE',
    'false ',
    '1',
    '0',
    'é',
    '\u0000',
    '\uFEFFx',
    '1e400',
  ),
  fc.stringMatching(/^[0-9.eE+-]{0,24}$/),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
/** How DuckDB's client shows a value: it drops a byte order mark at the beginning of a text. */
const asShown = (value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value)
    ? String(value)
    : typeof value === 'string'
      ? value.replace(/^\uFEFF/, '')
      : value;
const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

test('every cell is read as predict reads it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(spelling, { minLength: 20, maxLength: 200 }),
      fc.constantFrom('\n', '\r\n'),
      async (cells, eol) => {
        for (const type of ['number', 'bool', 'string'] as const) {
          const lines = cells.map((cell, i) => `${i},${/["\s,;|]|^$/u.test(cell) ? quote(cell) : cell}`);
          const expected = lines.map((line) => {
            try {
              const body = csvFileToBody(`id,x${eol}${line}${eol}`, signature(type), 'x.csv');
              return (body as { dataframe_split: { data: unknown[][] } }).dataframe_split.data[0]![1];
            } catch {
              return undefined;
            }
          });
          const text = ['id,x', ...lines, ''].join(eol);
          const { rows, unreadable } = await read(file(text), ['id', 'x'], new Map([['x', type]]), 90);
          const got = new Map(rows.map(([id, x]) => [Number(id), x]));
          const shown = expected.map(asShown);
          expect(cells.map((_, i) => got.get(i))).toEqual(shown);
          expect(unreadable.map(({ row }) => row)).toEqual(
            expected.flatMap((value, i) => (value === undefined ? [i] : [])),
          );
        }
      },
    ),
    { numRuns: 8 },
  );
});

test('a column that is carried keeps its text beside the number that the model reads', async () => {
  const opened = await source(file('id,x,parsed 0\n007,1.50,a\n08,inf,b\nnine,1,c\n'));
  const frozen = await opened.freeze(freezeOptions());
  const db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const [chunk] = await opened.chunks(frozen, 10);
  const reader = opened.reader(frozen, ['id', 'x', 'parsed 0'], numbers('id', 'x'), new Set(['id']));
  const relation = await reader.open(chunk!, db);
  expect([...relation.parsed!]).toEqual([['id', "parsed 0'"]]);
  const read = await db.runAndReadAll(`SELECT id, "parsed 0'", x, "parsed 0" FROM ${relation.from}`);
  expect(read.getRowsJson()).toEqual([
    ['007', 7, 1.5, 'a'],
    ['08', 8, 'Infinity', 'b'],
  ]);
  expect(relation.unreadable).toMatchObject([{ line: 4, column: 'id', code: 'number_type' }]);
});
