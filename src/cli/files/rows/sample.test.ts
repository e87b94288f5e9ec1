import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeParquet } from './parquet.ts';
import { sampleRows } from './sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sample-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('a list of rows is cut to what shows its columns', async () => {
  const rows = Array.from({ length: 80 }, (_, i) => [i, 'x']);
  expect(await sampleRows(file('rows.json', JSON.stringify(rows)))).toEqual(rows.slice(0, 50));
  expect(await sampleRows(file('rows.jsonl', '{"a":1}\n{"a":2}\n'))).toEqual([{ a: 1 }, { a: 2 }]);
});

test('columns of CSV and Parquet keep names, numbers, texts and what is missing', async () => {
  const csv = file('rows.csv', 'age,city\n31,Oslo\n,Bergen\n');
  const records = [
    { age: 31, city: 'Oslo' },
    { age: null, city: 'Bergen' },
  ];
  expect(await sampleRows(csv)).toEqual({ dataframe_records: records });
  const parquet = join(folder, 'rows.parquet');
  await writeParquet(parquet, [
    { name: 'age', type: 'number', values: Float64Array.of(31, Number.NaN) },
    { name: 'city', type: 'string', values: ['Oslo', 'Bergen'] },
  ]);
  expect(await sampleRows(parquet)).toEqual({ dataframe_records: records });
});

test('what is no table of rows shows nothing', async () => {
  expect(await sampleRows(join(folder, 'nowhere.csv'))).toBe(null);
  expect(await sampleRows(file('rows.txt', 'x'))).toBe(null);
});
