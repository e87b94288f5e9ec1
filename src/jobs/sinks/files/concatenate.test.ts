import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { concatenate } from './concatenate.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-parquet-'));
const path = (name: string): string => join(folder, name);
let db: DuckDBConnection;
beforeAll(async () => {
  db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});
afterAll(() => rmSync(folder, { recursive: true }));

const CELLS = `i AS id, 'text ' || i % 7 AS label, if(i % 5 = 0, NULL, i / 3) AS x, (i % 2 = 0) AS flag, [i, i + 1] AS list,
  (i::DECIMAL(18, 4) / 8)::DECIMAL(18, 4) AS price, TIMESTAMPTZ '2026-11-01' + INTERVAL (i) SECOND AS at`;

/** A part of the rows `from` to before `to`, in row groups of 2,048. */
async function part(name: string, from: number, to: number, cells = CELLS): Promise<string> {
  await db.run(
    `COPY (SELECT ${cells} FROM range(${from}, ${to}) r(i)) TO '${path(name)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)`,
  );
  return path(name);
}
const rowsOf = async (sql: string): Promise<unknown[][]> =>
  (await db.runAndReadAll(sql)).getRowsJson() as unknown[][];

test('a file of parts reads as the parts one after the other, whatever their sizes', async () => {
  const sizes = fc.array(fc.nat(6000), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(sizes, async (all) => {
      let end = 0;
      const parts: string[] = [];
      for (const [i, size] of all.entries()) {
        parts.push(await part(`part-${i}`, end, end + size));
        end += size;
      }
      await concatenate(path('whole'), parts);
      const whole = `read_parquet('${path('whole')}')`;
      const wanted = `SELECT ${CELLS} FROM range(${end}) r(i)`;
      expect(await rowsOf(`SELECT count(*)::DOUBLE FROM ${whole}`)).toEqual([[end]]);
      expect(
        await rowsOf(
          `(SELECT * FROM ${whole} EXCEPT ALL ${wanted}) UNION ALL (${wanted} EXCEPT ALL SELECT * FROM ${whole})`,
        ),
      ).toEqual([]);
      expect(
        await rowsOf(
          `SELECT id FROM ${whole} WHERE id <> file_row_number`.replace(`')`, `', file_row_number = true)`),
        ),
      ).toEqual([]);
      // Found by statistics and Bloom filters, which have moved as well.
      const sought = Math.max(0, end - 1);
      expect(
        await rowsOf(`SELECT label FROM ${whole} WHERE id = ${sought} AND label = 'text ${sought % 7}'`),
      ).toHaveLength(Math.min(1, end));
    }),
    { numRuns: 15 },
  );
});

test('row groups stay as they were written', async () => {
  const parts = [await part('a', 0, 5000), await part('b', 5000, 5003)];
  await concatenate(path('ab'), parts);
  const groups =
    'SELECT row_group_num_rows, path_in_schema, total_compressed_size, stats_min, stats_max FROM parquet_metadata';
  const apart = await Promise.all(parts.map((one) => rowsOf(`${groups}('${one}')`)));
  expect(await rowsOf(`${groups}('${path('ab')}')`)).toEqual(apart.flat());
  const [a, b] = parts.map((one) => readFileSync(one));
  const whole = readFileSync(path('ab'));
  expect(whole.subarray(0, 2000)).toEqual(a!.subarray(0, 2000));
  expect(whole.includes(b!.subarray(4, 60))).toBe(true);
});

test('parts that do not go together, or are whole no more, are a defect that is named', async () => {
  const first = await part('first', 0, 10);
  const other = await part('other', 0, 10, 'i AS id');
  await expect(concatenate(path('x'), [first, other])).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(concatenate(path('x'), [])).rejects.toMatchObject({ code: 'INTERNAL' });
  const bytes = readFileSync(first);
  for (const length of [0, 3, 8, 12, bytes.length - 1]) {
    writeFileSync(path('torn'), bytes.subarray(0, length));
    await expect(concatenate(path('x'), [path('torn')])).rejects.toMatchObject({ code: 'INTERNAL' });
  }
});
