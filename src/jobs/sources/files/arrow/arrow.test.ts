import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  Dictionary,
  Int32,
  RecordBatchStreamWriter,
  Table,
  tableFromArrays,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../../../../core/errors.ts';
import { freezeOptions, readAll, sourceContract } from '../../contract.ts';
import type { JobSource } from '../../source.ts';
import { openFiles } from '../files.ts';

const FIXTURES = join(import.meta.dirname, '../../../../../fixtures/batch');
const file = (content: Uint8Array, name = 'rows.arrow'): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-')), name);
  writeFileSync(path, content);
  return path;
};
const source = (uri: string): Promise<JobSource> =>
  openFiles({ source: { uri, format: null }, key: 'id' }, {});

async function readFile(path: string, columns: readonly string[], chunkRows = 4): Promise<unknown[][]> {
  const opened = await source(path);
  const frozen = await opened.freeze(freezeOptions());
  return (await readAll(opened, frozen, { columns }, chunkRows)).rows;
}

const IDS = Array.from({ length: 30 }, (_, i) => `k${i}`);
const table = (): Table => {
  const x = Float64Array.from(IDS, (_, i) => i / 7);
  return new Table({ id: vectorFromArray(IDS, new Utf8()), x: vectorFromArray(x) });
};
for (const kind of ['file', 'stream'] as const) {
  sourceContract(`Arrow ${kind}`, async () => {
    const path = file(tableToIPC(table(), kind));
    return {
      open: () => source(path),
      columns: ['id', 'x'],
      rows: IDS.map((id, i) => [id, i / 7]),
      change: async () => writeFileSync(path, tableToIPC(tableFromArrays({ id: ['other'] }), kind)),
    };
  });
}

test('chunks lie within batches, across them, and in batches with dictionaries that grow', async () => {
  const type = new Dictionary(new Utf8(), new Int32(), 7);
  const writer = new RecordBatchStreamWriter();
  for (const words of [
    ['a', 'b', 'a'],
    ['c', 'a'],
    ['d', 'd', 'd', 'b', 'c'],
  ]) {
    writer.write(new Table({ id: vectorFromArray(words, type) }).batches[0]!);
  }
  writer.finish();
  const path = file(await writer.toUint8Array());
  for (const rows of [1, 2, 3, 4, 100]) {
    expect((await readFile(path, ['id'], rows)).flat()).toEqual([
      'a',
      'b',
      'a',
      'c',
      'a',
      'd',
      'd',
      'd',
      'b',
      'c',
    ]);
  }
});

test('a column without an equal in DuckDB may be there, as long as nobody wants it', async () => {
  const path = file(tableToIPC(tableFromArrays({ id: ['a'], pair: [{ x: 1 }] }), 'file'));
  expect(await readFile(path, ['id'])).toEqual([['a']]);
  await expect(readFile(path, ['pair'])).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringMatching(/column "pair" is Struct/),
  });
});

test('rows are found again as JSON', async () => {
  const opened = await source(file(tableToIPC(table(), 'file')));
  const frozen = await opened.freeze(freezeOptions());
  const db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const [, second] = await opened.chunks(frozen, 8);
  const relation = await opened.reader(frozen, ['id', 'x'], new Map()).open(second!, db);
  const [last, first] = await relation.locate([6, 0]);
  expect([first!.row, JSON.parse(first!.raw)]).toEqual([8, { id: 'k8', x: 8 / 7 }]);
  expect([last!.row, JSON.parse(last!.raw)]).toEqual([14, { id: 'k14', x: 2 }]);
});

test('files that are cut short anywhere are refused when they are frozen', async () => {
  for (const name of ['table-lz4.feather', 'table.arrows']) {
    const whole = readFileSync(join(FIXTURES, name));
    for (let length = 1; length < whole.length; length += 97) {
      const frozen = (await source(file(whole.subarray(0, length)))).freeze(freezeOptions());
      await expect(frozen, `${name}, ${length} bytes`).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    }
  }
});

test('damaged bytes are an error with a code or other values, never anything else', async () => {
  const wholes = ['table-uncompressed.feather', 'table-zstd.feather', 'table.arrows'].map((name) =>
    readFileSync(join(FIXTURES, name)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.nat(wholes.length - 1),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (whole, at, flip) => {
        const bytes = Buffer.from(wholes[whole]!);
        bytes[at % bytes.length]! ^= flip;
        try {
          await readFile(file(bytes), ['id', 'f64', 'color', 'price'], 20);
        } catch (error) {
          if (!isPlimsollError(error)) throw error;
          expect(error.code).toMatch(/^INPUT_/);
        }
      },
    ),
    // Found once: a compressed body that is damaged.
    { numRuns: 40, examples: [[1, 1_832_214_692, 1]] },
  );
});

test('Feather of the first version is named', async () => {
  await expect((await source(file(Buffer.from('FEA1 and more')))).freeze(freezeOptions())).rejects.toThrow(
    /version 1 of Feather/,
  );
});
