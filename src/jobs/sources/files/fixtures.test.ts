/** Files that pyarrow and pandas wrote (tools/fixtures/batch.py), against what they read back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CellType } from '../../../scorer/scorer.ts';
import { freezeOptions, readAll } from '../contract.ts';
import { openFiles } from './files.ts';

const FOLDER = join(import.meta.dirname, '../../../../fixtures/batch');
const { columns, rows } = JSON.parse(readFileSync(join(FOLDER, 'table.json'), 'utf8')) as {
  columns: string[];
  rows: unknown[][];
};
const NONE: ReadonlyMap<string, CellType> = new Map();

async function read(name: string, wanted: readonly string[], types = NONE): Promise<unknown[][]> {
  const source = await openFiles({ source: { uri: join(FOLDER, name), format: null }, key: 'id' }, {});
  const frozen = await source.freeze(freezeOptions());
  expect(frozen.rows).toBe(rows.length);
  return (await readAll(source, frozen, { columns: wanted, types })).rows;
}

for (const name of [
  'table.parquet',
  'table.arrows',
  ...['uncompressed', 'lz4', 'zstd'].map((codec) => `table-${codec}.feather`),
]) {
  test(`${name} gives the values that pyarrow gives, in every type`, async () => {
    expect(await read(name, columns)).toEqual(rows);
  });
}

for (const name of ['table.csv', 'table.jsonl']) {
  test(`${name}, as Python writes it, gives the same values`, async () => {
    const types = new Map<string, CellType>([
      ['i32', 'number'],
      ['f64', 'number'],
      ['flag', 'bool'],
      ['text', 'string'],
    ]);
    const wanted = ['id', ...types.keys()];
    const at = wanted.map((column) => columns.indexOf(column));
    // NaN is a missing value to every door.
    const expected = rows.map((row) => at.map((j) => (row[j] === 'NaN' ? null : row[j])));
    expect(await read(name, wanted, types)).toEqual(expected);
  });
}
