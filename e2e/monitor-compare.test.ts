import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plimsoll } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** Ages, classes, a column without values, one that is gone, whole numbers, and truth values; of 40 and 55 rows. */
const table = (rows: number, shift: number, columns: readonly string[]): string => {
  const cells: Readonly<Record<string, (i: number) => string>> = {
    age: (i) => (i % 9 === 4 ? '' : String(20 + ((i * 7) % 30) + shift + 0.5)),
    class: (i) => (shift > 0 && i % 11 === 0 ? 'unseen' : ['first', 'second', 'third'][i % 3]!),
    empty: () => '',
    gone: (i) => String(i),
    count: (i) => String((i * i) % 4),
    flag: (i) => String(i % 2 === 0),
  };
  const lines = Array.from({ length: rows }, (_, i) => columns.map((name) => cells[name]!(i)).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
};

const ALL = ['age', 'class', 'empty', 'gone', 'count', 'flag'];
const reference = file('reference.csv', table(40, 0, ALL));
// In another order, and without one.
const current = file('current.csv', table(55, 4, ['flag', 'count', 'empty', 'class', 'age']));

// biome-ignore lint/suspicious/noExplicitAny: a document of which each test reads a part
let document: any;
const column = (name: string) =>
  document.columns.find((report: { column: string }) => report.column === name);

beforeAll(() => {
  const { status, stdout, stderr } = plimsoll(
    ...['monitor', 'compare', '--reference', reference, '--current', current],
    ...['--scores', 'evidently,nannyml,scipy,deequ', '--json'],
  );
  expect([status, stderr]).toEqual([0, '']);
  document = JSON.parse(stdout);
});

test('the answer is a list of the reference’s columns, each with the scores of each library', () => {
  expect(Object.keys(document)).toEqual(['columns']);
  expect(
    document.columns.map((report: { column: string; type: string }) => [report.column, report.type]),
  ).toEqual([
    ['age', 'number'],
    ['class', 'category'],
    ['empty', 'category'],
    ['gone', 'number'],
    ['count', 'number'],
    ['flag', 'category'],
  ]);
  const { evidently, nannyml, scipy, deequ } = column('age').scores;
  expect(evidently.psi).toBeGreaterThan(0);
  expect(scipy.ks).toEqual({ statistic: expect.any(Number), p: expect.any(Number) });
  expect(evidently.ks).toEqual(scipy.ks);
  expect(nannyml.ks).toBeCloseTo(scipy.ks.statistic, 12);
  expect(deequ.l_infinity).toBeCloseTo(scipy.ks.statistic, 12);
  expect(evidently.default).toMatchObject({ method: 'ks', score: scipy.ks.p, threshold: 0.05 });
});

test('unseen categories are counted, and make Evidently certain', () => {
  const { evidently, nannyml, scipy } = column('class').scores;
  expect(evidently.chi2).toEqual({ statistic: Number.MAX_VALUE, p: 0 });
  expect(evidently.default).toMatchObject({ method: 'chi2', score: 0, drift: true });
  expect(nannyml.chi2).toEqual(scipy.chi2);
  expect(scipy.chi2.p).toBeGreaterThan(0.01);
});

test('what cannot be scored is null, with its reason', () => {
  for (const report of Object.values(column('empty').scores) as Record<string, unknown>[]) {
    expect(report).toMatchObject({
      default: null,
      reasons: { default: expect.stringContaining('no value') },
    });
  }
  const { scipy } = column('class').scores;
  expect(scipy.fisher).toBeNull();
  expect(scipy.reasons).toEqual({ fisher: 'it takes two categories, there are 4' });
});

test('a column that the current file has not is said to be missing', () => {
  for (const report of Object.values(column('gone').scores) as { reasons: Record<string, string> }[]) {
    expect(report).toMatchObject({ default: null });
    expect(new Set(Object.values(report.reasons))).toEqual(new Set(['the current file has no such column']));
  }
});

test('whole numbers of few values are categories to Evidently, and numbers to others', () => {
  const { evidently, scipy } = column('count').scores;
  expect(Object.keys(evidently)).toContain('fisher');
  expect(Object.keys(scipy)).toContain('welch');
});

test('the same rows as Parquet have the same scores', async () => {
  const paths = [reference, current].map((path) => [path, path.replace('.csv', '.parquet')] as const);
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  for (const [from, to] of paths) await db.run(`COPY (FROM read_csv('${from}')) TO '${to}' (FORMAT parquet)`);
  db.closeSync();
  instance.closeSync();
  const { stdout } = plimsoll(
    ...['monitor', 'compare', '--reference', paths[0]![1], '--current', paths[1]![1]],
    ...['--columns', 'age,class,count,flag', '--scores', 'evidently,nannyml,scipy,deequ', '--json'],
  );
  expect(JSON.parse(stdout).columns).toEqual(['age', 'class', 'count', 'flag'].map(column));
});

test('people get a table a column, with reasons below it', () => {
  const { stdout } = plimsoll('monitor', 'compare', '--reference', reference, '--current', current);
  expect(stdout).toContain('age (number)');
  expect(stdout).toContain('the current file has no such column');
});

test.each([
  ['a file that is not there', join(folder, 'nowhere.csv'), 'FILE_NOT_FOUND'],
  ['a folder', folder, 'FILE_UNREADABLE'],
  ['Parquet that breaks off', file('broken.parquet', 'PAR1 and no more'), 'INPUT_INVALID'],
])('%s is refused with a code', (_, path, code) => {
  for (const [left, right] of [
    [path, current],
    [reference, path],
  ] as const) {
    const { status, stdout } = plimsoll(
      'monitor',
      'compare',
      '--reference',
      left,
      '--current',
      right,
      '--json',
    );
    expect([status === 0, JSON.parse(stdout).error.code]).toEqual([false, code]);
  }
});

test.each([
  ['--columns', 'age,nobody'],
  ['--scores', 'evidently,sklearn'],
  ['--columns', ','],
])('%s %s is refused', (flag, value) => {
  const files = ['--reference', reference, '--current', current];
  const { status, stdout } = plimsoll('monitor', 'compare', ...files, flag, value, '--json');
  expect([status, JSON.parse(stdout).error.code]).toEqual([2, 'USAGE']);
});

test('bytes of any kind, ragged rows and a header alone end in an answer or a coded error', () => {
  const hostile = [
    Buffer.from([0xff, 0xfe, 0x00, 0x2c, 0x0a, 0x80]),
    Buffer.from('age\n'),
    Buffer.from(''),
    Buffer.from('age,class\n1\n2,b,c,d\n"open'),
    Buffer.from(`age\n${'9'.repeat(400)}\n-inf\nnan\n`),
  ];
  for (const [i, bytes] of hostile.entries()) {
    const path = file(`hostile-${i}.csv`, bytes);
    const { status, stdout } = plimsoll(
      ...['monitor', 'compare', '--reference', reference, '--current', path, '--json'],
    );
    const said = JSON.parse(stdout);
    expect([i, status === 0 ? said.columns.length : said.error.code]).toEqual([
      i,
      status === 0 ? ALL.length : expect.stringMatching(/^(INPUT_INVALID|USAGE)$/),
    ]);
  }
});
