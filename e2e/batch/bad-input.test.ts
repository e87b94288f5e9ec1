/** What a batch does with inputs that are not as they should be: a typed outcome, and nothing half-published. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Desk, HEADER, IRIS_COLUMNS, query } from './desk.ts';

const GOOD = '1,5.1,3.5,1.4,0.2';
const LIMIT = 60_000;
let desk: Desk;
beforeAll(() => {
  desk = new Desk();
});
afterAll(() => desk.close());

/** A file that DuckDB writes of flowers; `replace` makes some of its columns other ones. */
async function parquet(
  name: string,
  options: { from?: number; to?: number; replace?: string } = {},
): Promise<string> {
  const { from = 0, to = 4000, replace } = options;
  const path = desk.path(name);
  const all = `SELECT i AS id, 5.0 AS sepal_length, 3.0 + i % 7 / 10 AS sepal_width, i % 60 / 10 AS petal_length,
    i % 25 / 10 AS petal_width FROM range(${from}, ${to}) t(i)`;
  const select = replace === undefined ? all : `SELECT * REPLACE (${replace}) FROM (${all})`;
  mkdirSync(desk.path('mixed'), { recursive: true });
  await query(`COPY (${select}) TO '${path}' (ROW_GROUP_SIZE 2048)`);
  return path;
}

let runs = 0;
/** A run that is refused: what it says, once nothing of it is left. */
function refused(input: string, ...more: readonly string[]) {
  const job = `refused-${++runs}`;
  const out = `out-${runs}.csv`;
  const { status, said, stderr } = desk.run(job, input, out, ...more);
  expect([stderr, existsSync(desk.path(out)), desk.litter]).toEqual(['', false, []]);
  expect(said.error.message + said.error.hint).not.toMatch(/\{\w+\}|undefined|\[object/);
  return { status, ...said.error } as { status: number; code: string; message: string; hint: string };
}

describe('the columns', () => {
  test('that are missing are named, beside those there are', { timeout: LIMIT }, () => {
    desk.write('short.csv', 'id,sepal_length,sepal_width,petal_length\n1,5.1,3.5,1.4\n');
    expect(refused('short.csv')).toMatchObject({
      status: 1,
      code: 'INPUT_COLUMNS',
      message: expect.stringMatching(/missing "petal_width"; there is "id", "sepal_length"/),
    });
    const upper = desk.write('upper.csv', `${HEADER.toUpperCase()}\n${GOOD}\n`);
    expect(refused(upper).message).toContain('"petal_width" (is it misspelt as "PETAL_WIDTH"?)');
  });

  test('that are too many do no harm, the key may be one that the model reads', { timeout: LIMIT }, () => {
    desk.write('more.csv', `${HEADER},more\n${GOOD},x\n`);
    expect(desk.run('more', 'more.csv', 'more-out.csv')).toMatchObject({
      status: 0,
      said: { rows: { ok: 1 } },
    });
    expect(desk.run('key', 'more.csv', 'key-out.csv', '--key', 'sepal_length').said.rows.ok).toBe(1);
    expect(readFileSync(desk.path('key-out.csv'), 'utf8')).toMatch(/^sepal_length,predict.*\n5\.1,setosa/);
  });

  test('that are to be key or carried have to be there, and to go with the outputs', {
    timeout: LIMIT,
  }, () => {
    desk.write('predict.csv', `${HEADER},Predict\n${GOOD},x\n`);
    expect(refused('predict.csv', '--key', 'idd')).toMatchObject({
      code: 'INPUT_COLUMNS',
      message: expect.stringContaining('no "idd"'),
      hint: expect.stringContaining('--key'),
    });
    expect(refused('predict.csv', '--columns', 'nope').message).toContain('no "nope"');
    expect(refused('predict.csv', '--columns', 'Predict').message).toContain('two columns "predict"');
  });

  test('that are more than a lane has memory for end the run with a word on it', { timeout: LIMIT }, () => {
    const many = Array.from({ length: 3000 }, (_, i) => `c${i}`);
    desk.write('wide.csv', `${HEADER},${many}\n${GOOD},${many}\n`);
    expect(refused('wide.csv', '--columns', many.join())).toMatchObject({
      status: 1,
      code: 'LANE_MEMORY',
      message: expect.stringContaining('wide.csv'),
      hint: expect.stringContaining('--columns'),
    });
    expect(desk.run('wide', 'wide.csv', 'wide-out.csv').said.rows.ok).toBe(1);
  });

  test('that have one name, or differ in case alone, are refused', { timeout: LIMIT }, () => {
    desk.write('twice.csv', `${HEADER},id\n${GOOD},7\n`);
    expect(refused('twice.csv')).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('two columns "id"'),
    });
    desk.write('twins.csv', `${HEADER},Id\n${GOOD},7\n`);
    expect(refused('twins.csv').message).toContain('"id" and "Id" differ in nothing but case');
  });
});

describe('rows of text', () => {
  test('that change their type, their length or their encoding are rejected one by one, with their place', {
    timeout: LIMIT,
  }, () => {
    const lines = [
      HEADER,
      GOOD,
      '2,abc,3,5,2',
      '3,6,3,5',
      '4,6,3,5,2,9',
      '\xff,6,3,5,2',
      '6,6,3,5,2',
      ',6,3,5,2',
    ];
    const input = desk.write('rows.csv', Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
    const { status, said } = desk.run('rows', input, 'rows-out.csv', '--rejects', desk.path('rejects.jsonl'));
    expect([status, said.rows]).toEqual([0, { read: 7, ok: 2, rejected: 5, failed: 0, skipped: 0 }]);
    const letters = readFileSync(desk.path('rejects.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const bytes = readFileSync(input);
    expect(letters.map(({ line, code, offset }) => [line, code, offset])).toEqual(
      [
        [3, 'number_type'],
        [4, 'row_length'],
        [5, 'row_length'],
        [6, 'encoding'],
        [8, 'missing_key'],
      ].map(([line, code]) => [
        line,
        code,
        bytes.indexOf(Buffer.from(`\n${lines[Number(line) - 1]}`, 'latin1')) + 1,
      ]),
    );
    expect(letters[0]).toMatchObject({ raw: '2,abc,3,5,2', column: 'sepal_length', path: input });
  });

  test('that are none are refused, be it that there is no header or nothing after it', {
    timeout: LIMIT,
  }, () => {
    desk.write('zero.csv', '');
    expect(refused('zero.csv')).toMatchObject({
      status: 1,
      code: 'INPUT_INVALID',
      message: expect.stringContaining('header'),
    });
    desk.write('header.csv', `${HEADER}\n`);
    expect(refused('header.csv')).toMatchObject({ status: 1, code: 'INPUT_EMPTY' });
    desk.write('zero.jsonl', '');
    expect(refused('zero.jsonl').code).toMatch(/^INPUT_/);
  });

  test('without an answer are too many where the budget says so, and are listed', { timeout: LIMIT }, () => {
    desk.write('bad.csv', `${HEADER}\n${GOOD}\n2,x,3,5,2\n3,x,3,5,2\n`);
    const { code, message, hint } = refused('bad.csv', '--max-bad', '1');
    expect([code, message]).toEqual(['BUDGET_EXCEEDED', expect.stringContaining('2 of 3 rows')]);
    expect(
      readFileSync(/See why in (\S+);/.exec(hint)![1]!, 'utf8')
        .trimEnd()
        .split('\n'),
    ).toHaveLength(2);
    expect(refused('bad.csv', '--max-bad', '50%').code).toBe('BUDGET_EXCEEDED');
    expect(desk.run('good', 'bad.csv', 'bad-out.csv', '--max-bad', '70%').said.rows.ok).toBe(1);
  });
});

describe('Parquet', () => {
  test('that is cut or damaged is refused under its name', { timeout: LIMIT }, async () => {
    const bytes = readFileSync(await parquet('whole.parquet'));
    const cut = desk.write('cut.parquet', bytes.subarray(0, -100));
    const half = desk.write('half.parquet', bytes.subarray(0, bytes.length >> 1));
    const zero = desk.write('zero.parquet', '');
    const damaged = Buffer.from(bytes);
    damaged.fill(0xa5, bytes.length >> 2, (bytes.length >> 2) + 200);
    for (const path of [cut, half, zero, desk.write('damaged.parquet', damaged)])
      expect(refused(path)).toMatchObject({
        status: 1,
        code: 'INPUT_INVALID',
        message: expect.stringContaining(path),
      });
    await parquet('none.parquet', { to: 0 });
    expect(refused('none.parquet')).toMatchObject({ status: 1, code: 'INPUT_EMPTY' });
  });

  test('whose files differ in a column is refused, unless its numbers are only wider', {
    timeout: LIMIT,
  }, async () => {
    await parquet('mixed/a.parquet', { to: 10 });
    await parquet('mixed/b.parquet', { from: 10, to: 20, replace: "'x' AS sepal_width" });
    expect(refused('mixed/*.parquet')).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/mixed\/b\.parquet: column "sepal_width" is VARCHAR/),
    });
    await parquet('mixed/b.parquet', {
      from: 10,
      to: 20,
      replace: '3::FLOAT AS sepal_width, id::INTEGER AS id',
    });
    expect(desk.run('wider', 'mixed', 'wider.parquet').said.rows.ok).toBe(20);
  });
});

describe('keys that come again', () => {
  const rows = (keys: readonly string[]) =>
    `${HEADER}\n${keys.map((key) => `${key},5.1,3.5,1.4,0.2\n`).join('')}`;

  test.each([
    ['of text', ['a', 'b', 'a', 'A']],
    ['of numbers', ['1', '2', '1', '01']],
  ])('%s fail, are skipped, or are allowed', { timeout: LIMIT }, (name, keys) => {
    const input = `keys-${name}.csv`;
    desk.write(input, rows(keys));
    expect(refused(input)).toMatchObject({
      status: 1,
      code: 'KEY_DUPLICATE',
      message: expect.stringContaining(`"${keys[0]}"`),
    });
    const skipped = desk.run(`skip-${name.at(-1)}`, input, `skip-${name}.csv`, '--duplicates', 'skip');
    expect(skipped.said.rows).toMatchObject({ read: 4, ok: 3, skipped: 1 });
    const allowed = desk.run(`allow-${name.at(-1)}`, input, `allow-${name}.csv`, '--duplicates', 'allow');
    expect(allowed.said.rows).toMatchObject({ read: 4, ok: 4 });
  });

  test('in another file are found too, and the later ones are left out', { timeout: LIMIT }, async () => {
    await parquet('mixed/a.parquet', { to: 10 });
    await parquet('mixed/b.parquet', { from: 5, to: 15 });
    expect(refused('mixed/*.parquet').message).toMatch(/"5" in row 0 of .* and row 5 of/);
    const { said } = desk.run(
      'files',
      'mixed',
      'files.parquet',
      '--duplicates',
      'skip',
      '--columns',
      IRIS_COLUMNS.join(),
    );
    expect(said.rows).toMatchObject({ read: 20, ok: 15, skipped: 5 });
    expect(
      await query(
        `SELECT count(DISTINCT id)::INTEGER AS ids, count(*)::INTEGER AS n FROM '${desk.path('files.parquet')}'`,
      ),
    ).toEqual([{ ids: 15, n: 15 }]);
  });
});
