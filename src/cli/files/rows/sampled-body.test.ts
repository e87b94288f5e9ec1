import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Reservoir } from '../../../core/reservoir.ts';
import type { Signature } from '../../../model/signature.ts';
import { readRowFile } from '../../../row-files/read.ts';
import { writeParquet } from './parquet.ts';
import { sampledBody } from './sampled-body.ts';

const column = (name: string, type: 'number' | 'string') => ({ name, named: true, type, nullable: true });
const signature: Signature = {
  ...{ form: 'table', columns: [column('size', 'number'), column('note', 'string')] },
  ...{ outputs: [], classes: null },
};
const ROWS = 300;
const note = (k: number): string => (k % 7 === 0 ? `two\nlines, "${k}"` : `n${k}`);
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const csv = ['size,note,y', ...Array.from({ length: ROWS }, (_, k) => `${k},${quoted(note(k))},${k % 2}`)];

const written = (name: string, text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'sampled-')), name);
  writeFileSync(path, text);
  return path;
};

/** Rows of a body, whole. */
const rowsOf = (body: unknown): readonly unknown[] =>
  Array.isArray(body) ? body : (body as { dataframe_split: { data: unknown[] } }).dataframe_split.data;

const STREAMED = { most: 25, seed: 4, wholeBytes: 0 };
const places = (): readonly number[] => {
  const sample = new Reservoir<number>(STREAMED.most, STREAMED.seed);
  for (let k = 0; k < ROWS; k++) sample.add(k);
  return sample.read();
};

test.each([
  ['rows.csv', () => `\uFEFF${csv.join('\r\n')}\r\n\r\n`],
  [
    'rows.jsonl',
    () =>
      Array.from({ length: ROWS }, (_, k) => JSON.stringify({ size: k, note: note(k), y: k % 2 })).join('\n'),
  ],
])('%s: the rows of a sample are those of the whole file at its places', async (name, text) => {
  const path = written(name, text());
  const whole = rowsOf(await readRowFile(path, signature, 'y'));
  expect(whole).toHaveLength(ROWS);
  const { body, rowsGiven } = await sampledBody(path, signature, 'y', STREAMED);
  expect(rowsGiven).toBe(ROWS);
  expect(rowsOf(body)).toEqual(places().map((k) => whole[k]));
  const all = await sampledBody(path, signature, 'y', { ...STREAMED, most: ROWS });
  expect([rowsOf(all.body), all.rowsGiven]).toEqual([whole, null]);
});

test('so are those of a Parquet file', async () => {
  const path = written('rows.parquet', '');
  const values = Float64Array.from({ length: ROWS }, (_, k) => k);
  await writeParquet(path, [
    { name: 'size', type: 'number', values },
    { name: 'note', type: 'string', values: Array.from(values, (k) => note(k)) },
  ]);
  const { body, rowsGiven } = await sampledBody(path, signature, null, STREAMED);
  expect(rowsGiven).toBe(ROWS);
  expect(rowsOf(body)).toEqual(places().map((k) => [k, note(k)]));
});

test('a bad cell is named with its line, and a file of nothing is refused', async () => {
  const bad = csv.with(8, `oops,${quoted(note(7))},0`);
  const path = written('rows.csv', bad.join('\n'));
  const problem = async (most: number) =>
    sampledBody(path, signature, 'y', { most, seed: 0, wholeBytes: 0 }).catch(
      (error: Error) => error.message,
    );
  const whole = await readRowFile(path, signature, 'y').catch((error: Error) => error.message);
  expect(whole).toContain('line 10, column "size"');
  expect(await problem(ROWS)).toBe(whole);
  await expect(
    sampledBody(written('rows.csv', ''), signature, null, { ...STREAMED, wholeBytes: -1 }),
  ).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
