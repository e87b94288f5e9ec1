/** Receipts against databases that know nothing of them, by the statements of docs/receipts.md. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  HOOK_MILLIS,
  type PostgresServer,
  postgresBinaries,
  runPostgresStatement,
  startPostgres,
} from '../../store/testing/postgres.ts';
import type { Chunk, ChunkTotals } from '../chunk.ts';
import { aPlan, aSpec } from '../plan/testing/plans.ts';
import { type RunReceipt, receiptOf } from './receipt.ts';

const PAGE = readFileSync(new URL('../../../docs/receipts.md', import.meta.url), 'utf8');
const [PARQUET, WHOLE, POSTGRES] = [...PAGE.matchAll(/```sql\n(.*?)```/gs)].map(
  ([, statement]) => statement!,
) as [string, string, string];
const ROWS = 1000;
const SIZE = 300;

/** Row i has the key 3 i + 1; every seventh has no answer. */
const keyOf = (row: number): number => 3 * row + 1;
const isOk = (row: number): boolean => row % 7 !== 3;

/** The receipt of a run over those rows, worked out one by one. */
function receiptFor(bound: (row: number) => number): RunReceipt {
  const chunks: Chunk[] = [];
  const accounts: ChunkTotals[] = [];
  for (let first = 0, index = 0; first < ROWS; first += SIZE, index += 1) {
    const rows = Array.from({ length: Math.min(SIZE, ROWS - first) }, (_, i) => first + i);
    const ok = rows.filter(isOk);
    const keys = createHash('sha256')
      .update(ok.map((row) => `${keyOf(row)}\n`).join(''))
      .digest('hex');
    const counts = {
      read: rows.length,
      ok: ok.length,
      rejected: rows.length - ok.length,
      failed: 0,
      skipped: 0,
    };
    chunks.push({ index, item: 0, from: bound(first), to: bound(first + rows.length), rows: rows.length });
    accounts.push({
      chunk: index,
      counts,
      keys,
      part: null,
      distributions: null,
      seconds: { read: 0, score: 0, write: 0 },
    });
  }
  return receiptOf({
    run: { id: 'r', job: 'j', attempt: 1, fingerprint: '' },
    state: 'done',
    spec: aSpec(),
    plan: aPlan({ chunks }),
    accounts,
    published: { where: 'output.parquet', rows: 0, digest: null },
    rejects: null,
    checks: [],
    startedAt: 0,
    endedAt: 1,
    seconds: 1,
    plimsoll: '0',
  });
}

describe('a receipt of Parquet, in DuckDB', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-receipt-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function answers(
    output: string,
    receipt: RunReceipt,
  ): Promise<readonly [readonly unknown[], unknown]> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const db = await instance.connect();
    const at = (statement: string): string =>
      statement.replaceAll(/'(\w+\.(?:parquet|json))'/g, `'${folder}/$1'`);
    await db.run(
      at(`copy (select 3 * i + 1 as id, i::varchar as x from range(${ROWS}) r(i)) to 'input.parquet'`),
    );
    await db.run(at(`copy (${output}) to 'output.parquet'`));
    writeFileSync(join(folder, 'receipt.json'), JSON.stringify(receipt));
    const wrong = (await db.runAndReadAll(at(PARQUET))).getRowObjectsJson();
    const [whole] = (await db.runAndReadAll(at(WHOLE))).getRowObjectsJson();
    db.closeSync();
    instance.closeSync();
    return [wrong, whole];
  }
  const OUTPUT = `select 3 * i + 1 as id, 'yes' as predict from range(${ROWS}) r(i) where i % 7 <> 3`;
  const FINE = { each_once: true, none_twice: true, none_strange: true, keys_of_all: true };
  const receipt = receiptFor((row) => row);

  it('is confirmed where it is true', async () => {
    expect(await answers(OUTPUT, receipt)).toEqual([[], FINE]);
  });

  it.each([
    ['a row is missing', `${OUTPUT} and i <> 400`, [1], { each_once: false }],
    ['a row is there that has no answer', `${OUTPUT} or i = 3`, [0], { each_once: false }],
    ['a row is there twice', `${OUTPUT} union all select 4, 'yes'`, [0], { none_twice: false }],
    [
      'a row is there from elsewhere',
      `${OUTPUT} union all select 2, 'yes'`,
      [],
      { each_once: false, none_strange: false },
    ],
  ])('is refuted where %s', async (_, output, chunks, whole) => {
    const [wrong, found] = await answers(output, receipt);
    expect(wrong.map((row) => Number((row as { index: string }).index))).toEqual(chunks);
    expect(found).toEqual({ ...FINE, ...whole });
  });

  it('is refuted where the digest of the whole is another', async () => {
    const other = { ...receipt, digests: { ...receipt.digests, keys: '0'.repeat(64) } };
    expect(await answers(OUTPUT, other)).toEqual([[], { ...FINE, keys_of_all: false }]);
  });
});

describe.skipIf(postgresBinaries() === null)('a receipt of tables, in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server?.stop(), HOOK_MILLIS);

  it('is confirmed where it is true, and refuted where it is not', async () => {
    const url = await server.database();
    const receipt = receiptFor((row) => keyOf(row - 1));
    await runPostgresStatement(
      url,
      `create table source as select 3 * i + 1 as id from generate_series(0, ${ROWS - 1}) i`,
    );
    await runPostgresStatement(
      url,
      'create table target as select id from source where (id - 1) / 3 % 7 <> 3',
    );
    await runPostgresStatement(
      url,
      `create table receipt as select $$${JSON.stringify(receipt)}$$::jsonb as body`,
    );
    expect(await runPostgresStatement(url, POSTGRES)).toEqual([]);
    await runPostgresStatement(url, `delete from target where id = ${keyOf(700)}`);
    expect(await runPostgresStatement(url, POSTGRES)).toEqual([
      expect.objectContaining({ index: '2', ok: '257', found: '256' }),
    ]);
  });
});
