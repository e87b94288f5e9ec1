import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { array, assert, asyncProperty, constantFrom, option } from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { literal } from '../../sql/identifiers.ts';
import { type DuplicateKey, duplicateError, findDuplicates } from './duplicates.ts';
import { areKeysKept, keepKeys, keyFileName } from './key-file.ts';
import { repeated } from './key-table.ts';

let db: DuckDBConnection;
beforeAll(async () => {
  db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});

type Key = string | null;

async function keep(chunks: readonly (readonly Key[])[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-keys-'));
  const files = chunks.map((_, i) => join(folder, keyFileName(i)));
  for (const [i, keys] of chunks.entries()) {
    const rows = keys.map((key, row) => `(${key === null ? 'NULL' : literal(key)}, ${row})`);
    const select =
      rows.length > 0
        ? `SELECT * FROM (VALUES ${rows.join(', ')}) AS v(key, row)`
        : `SELECT '' AS key, 0 AS row WHERE false`;
    await keepKeys(db, select, files[i]!);
  }
  return files;
}

/** By a plain map over all rows. */
function bruteForce(chunks: readonly (readonly Key[])[]): DuplicateKey[] {
  const firsts = new Map<string, { chunk: number; row: number }>();
  return chunks.flatMap((keys, chunk) =>
    keys.flatMap((key, row) => {
      if (key === null) return [];
      const first = firsts.get(key);
      if (first) return [{ chunk, row, first, key }];
      firsts.set(key, { chunk, row });
      return [];
    }),
  );
}

const find = async (chunks: readonly (readonly Key[])[], limit = Infinity, atOnce = 1000) =>
  findDuplicates({
    files: await keep(chunks),
    texts: async (chunk, rows) => rows.map((row) => chunks[chunk]![row]!),
    limit,
    atOnce,
  });

describe('duplicate keys', () => {
  test('are found as a map over all rows finds them', async () => {
    const key = option(
      constantFrom(
        'a',
        'b',
        'c',
        '',
        ' ',
        'ü',
        'x'.repeat(100),
        ...Array.from({ length: 40 }, (_, i) => `k${i}`),
      ),
    );
    await assert(
      asyncProperty(array(array(key, { maxLength: 30 }), { maxLength: 6 }), async (chunks) => {
        expect(await find(chunks)).toEqual(bruteForce(chunks));
        expect(await find(chunks, Infinity, 7)).toEqual(bruteForce(chunks));
      }),
      { numRuns: 60 },
    );
  });

  test('are told up to a limit, the first ones of the input', async () => {
    const chunks = [['a', 'b', 'a'], ['b', 'a', 'c'], ['c']];
    expect(await find(chunks, 2)).toEqual(bruteForce(chunks).slice(0, 2));
  });

  test('are told from keys that merely have the same hash', async () => {
    // Two texts under each of the hashes: as if all keys collided.
    const files = await keep([['same', 'same', 'same', 'same'], ['same']]);
    const texts = [['p', 'q', 'p', 'q'], ['q']];
    const found = await findDuplicates({
      files,
      texts: async (chunk, rows) => rows.map((row) => texts[chunk]![row]!),
      limit: 10,
    });
    expect(found).toEqual(bruteForce(texts));
  });

  test('are named in the error', async () => {
    const error = duplicateError(await find([['a', 'b'], ['b']]), 'out.csv');
    expect(error.message).toContain('"b" in row 0 of chunk 1 and row 1 of chunk 0');
  });
});

describe('the file of keys', () => {
  test('counts only where it is whole and hashed alike', async () => {
    const [path] = await keep([['a', 'b']]);
    expect(await areKeysKept(db, path!)).toBe(true);
    const bytes = readFileSync(path!);
    for (const broken of [
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, 10),
      Buffer.concat([bytes, bytes]),
    ]) {
      writeFileSync(path!, broken);
      expect(await areKeysKept(db, path!)).toBe(false);
    }
    bytes[9]! ^= 1;
    writeFileSync(path!, bytes);
    expect(await areKeysKept(db, path!)).toBe(false);
    expect(await areKeysKept(db, `${path}-none`)).toBe(false);
  });
});

test('hashes that agree in one half alone are others', () => {
  const found: number[][] = [];
  const halves = Uint32Array.of(1, 7, 1, 8, 2, 7, 1, 7, 2, 8);
  repeated({ halves, count: 5 }, (entry, first) => found.push([entry, first]));
  expect(found).toEqual([[3, 0]]);
});
