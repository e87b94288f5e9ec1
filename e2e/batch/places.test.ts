/** Where rows come from and go to: places that are not there, may not be written, or are one another. */
import { readFileSync, symlinkSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Desk, HEADER, IRIS_COLUMNS } from './desk.ts';

const LIMIT = 60_000;
const ROWS = `${HEADER}\n1,5.1,3.5,1.4,0.2\n2,6,3,5,2\n`;
let desk: Desk;
beforeAll(() => {
  desk = new Desk();
  desk.write('in.csv', ROWS);
});
afterAll(() => desk.close());

let runs = 0;
const error = (input: string, output: string, ...more: readonly string[]) => {
  const { status, said, stderr } = desk.run(`refused-${++runs}`, input, output, ...more);
  expect([stderr, desk.litter]).toEqual(['', []]);
  return { status, ...said.error };
};

test('an output never takes the place of its input, however the path is written', { timeout: LIMIT }, () => {
  for (const output of ['in.csv', './in.csv', 'data/../in.csv', './/in.csv'])
    expect(error('in.csv', output)).toMatchObject({
      status: 2,
      code: 'SPEC_INVALID',
      message: expect.stringContaining('--output is the input itself'),
    });
  for (const [input, output] of [
    ['*.csv', 'out.csv'],
    ['.', 'out.csv'],
    ['./', 'out/'],
    ['**/*.parquet', 'out/'],
  ] as const)
    expect(error(input, output)).toMatchObject({
      status: 2,
      code: 'SPEC_INVALID',
      message: expect.stringContaining('--output lies in the input'),
    });
  expect(readFileSync(desk.path('in.csv'), 'utf8')).toBe(ROWS);
});

test('a link to the input is replaced, and the input stays', { timeout: LIMIT }, () => {
  symlinkSync(desk.path('in.csv'), desk.path('link.csv'));
  expect(desk.run('link', 'in.csv', 'link.csv').status).toBe(0);
  expect(readFileSync(desk.path('in.csv'), 'utf8')).toBe(ROWS);
  expect(readFileSync(desk.path('link.csv'), 'utf8')).toMatch(/^id,predict/);
});

test.each([
  ['none.csv', 2, 'FILE_NOT_FOUND', 'none.csv'],
  ['none-*.csv', 2, 'FILE_NOT_FOUND', 'none-*.csv'],
  ['in.csv/below.csv', 2, 'FILE_NOT_FOUND', 'below.csv'],
  ['ftp://host/in.csv', 2, 'SPEC_INVALID', 'scheme'],
  ['sqlite:none.db?table=t', 2, 'FILE_NOT_FOUND', 'none.db'],
] as const)('input %s is refused', { timeout: LIMIT }, (input, status, code, words) => {
  expect(error(input, 'o.csv')).toMatchObject({
    status,
    code,
    message: expect.stringContaining(words),
  });
});

test.each([
  ['out.xyz', 2, 'SINK_INVALID', 'format'],
  ['none/out.csv', 2, 'SINK_INVALID', 'none'],
  ['data/jobs.sqlite/out.csv', 2, 'SINK_INVALID', 'no folder'],
  ['data/jobs.sqlite/', 2, 'SINK_INVALID', 'it is a file'],
  ['in.csv/', 2, 'SPEC_INVALID', 'in the input'],
  ['data', 2, 'SINK_INVALID', 'format'],
  ['sqlite:none/out.db?table=t', 2, 'SINK_INVALID', 'folder'],
  ['sqlite:in.csv?table=t', 2, 'SINK_INVALID', 'in.csv'],
  ['duckdb:in.csv?table=t', 2, 'FILE_UNWRITABLE', 'not a valid DuckDB'],
  ['sqlite:out.db?table=a b"; drop table x', 2, 'USAGE', 'no name'],
  ['sqlite:out.db', 2, 'USAGE', '?table=NAME'],
] as const)('output %s is refused', { timeout: LIMIT }, (output, status, code, words) => {
  expect(error('in.csv', output)).toMatchObject({
    status,
    code,
    message: expect.stringContaining(words),
  });
  expect(readFileSync(desk.path('in.csv'), 'utf8')).toBe(ROWS);
});

test.each([
  ['none.joblib', 2, 'FILE_NOT_FOUND'],
  ['churn@3', 2, 'MODEL_NOT_FOUND'],
  ['in.csv', 4, 'FORMAT_UNKNOWN'],
] as const)('model %s is refused', { timeout: LIMIT }, (model, status, code) => {
  expect(error('in.csv', 'o.csv', '--model', model === 'in.csv' ? desk.path(model) : model)).toMatchObject({
    status,
    code,
  });
});

test.runIf(process.platform === 'linux')(
  'a folder that takes no file ends the run, and does not hang it',
  { timeout: LIMIT },
  () => {
    expect(error('in.csv', '/proc/out.csv')).toMatchObject({ status: 2, code: 'FILE_UNWRITABLE' });
  },
);

test('a table that is both input and output is refused, another one of the same file is not', {
  timeout: LIMIT,
}, () => {
  const db = new DatabaseSync(desk.path('both.db'));
  db.exec(`CREATE TABLE rows (id INTEGER PRIMARY KEY, ${IRIS_COLUMNS.map((name) => `${name} REAL`)})`);
  db.exec('INSERT INTO rows VALUES (1, 5.1, 3.5, 1.4, 0.2), (2, 6, 3, 5, 2)');
  expect(error('sqlite:both.db?table=rows', 'sqlite:both.db?table=rows').code).toBe('SPEC_INVALID');
  const { said } = desk.run('beside', 'sqlite:both.db?table=rows', 'sqlite:both.db?table=scores');
  expect(said).toMatchObject({ rows: { read: 2, ok: 2 } });
  expect(db.prepare('SELECT id, predict FROM scores ORDER BY id').all()).toMatchObject([
    { id: 1, predict: 'setosa' },
    { id: 2, predict: 'virginica' },
  ]);
  db.close();
});
