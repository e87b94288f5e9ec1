import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { openSource } from '../sources/open.ts';
import type { JobSpec } from '../spec/spec.ts';
import { stagedReader, stagedScorer } from './staged.ts';
import { freezeStaged, stagedSpec } from './staging.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-staged-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = { digest: 'd', runtime: 'native', converter: 3 } as const;

test('what the cluster has answered is given again, row by row', async () => {
  const scorer = stagedScorer(MODEL, [
    { name: 'predict', type: 'string' },
    { name: 'score', type: 'number' },
    { name: 'count', type: 'integer' },
    { name: 'flag', type: 'bool' },
  ]);
  expect(scorer.inputs).toEqual([
    '_outcome',
    '_code',
    '_column',
    '_reason',
    'predict',
    'score',
    'count',
    'flag',
  ]);
  const scored = await scorer.score({
    rows: 3,
    columns: [
      { kind: 'numbers', values: Int8Array.of(0, 1, 2, 9), valid: null },
      { kind: 'texts', values: [null, 'number_type', 'GRAPH_FAILED'] },
      { kind: 'texts', values: [null, 'x', null] },
      { kind: 'texts', values: [null, 'no number', 'broken'] },
      { kind: 'texts', values: ['a', null, null] },
      { kind: 'numbers', values: Float64Array.of(0.5, 0, 0, 7), valid: Uint8Array.of(1, 0, 0) },
      { kind: 'bigints', values: BigInt64Array.of(2n ** 60n, 0n, 0n), valid: null },
      { kind: 'bools', values: Uint8Array.of(1, 0, 0), valid: null },
    ],
  });
  expect([...scored.outcomes]).toEqual([0, 1, 2]);
  expect(scored.refusals).toEqual([
    { row: 1, outcome: 'rejected', code: 'number_type', column: 'x', reason: 'no number' },
    { row: 2, outcome: 'failed', code: 'GRAPH_FAILED', column: null, reason: 'broken' },
  ]);
  expect(scored.columns.map((column) => column[0])).toEqual(['a', 0.5, 2n ** 60n, 1]);
});

test('a row without an answer keeps its text, under the name of the input', async () => {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  await db.run(`COPY (
    SELECT i AS id, CASE WHEN i % 2 = 1 THEN 'row ' || i END AS _raw FROM range(5000) t(i)
  ) TO '${folder}/part-0.parquet' (FORMAT parquet)`);
  const spec = stagedSpec({ key: 'id', options: { chunkRows: 3000 } } as unknown as JobSpec, folder);
  const frozen = await freezeStaged(spec, new AbortController().signal);
  expect(frozen.rows).toBe(5000);
  const source = await openSource(spec, {});
  const chunks = await source.chunks(frozen, 3000);
  const relation = await stagedReader(source, frozen, ['id'], 'input.csv').open(chunks[1]!, db);
  const [first] = (await db.runAndReadAll(`SELECT id FROM ${relation.from} LIMIT 1`)).getRows();
  const start = Number(first![0]);
  const odd = [1, 3, 5].map((row) => row + (start % 2));
  expect(await relation.locate(odd)).toEqual(
    odd.map((row) => ({
      path: 'input.csv',
      line: null,
      offset: null,
      row,
      raw: (start + row) % 2 === 1 ? `row ${start + row}` : '',
    })),
  );
  await relation.close();
  db.closeSync();
});
