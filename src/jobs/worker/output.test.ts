import { createHash } from 'node:crypto';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OUTCOME, type OutputColumn } from '../../scorer/scorer.ts';
import { AnswerTable } from './answer-table.ts';
import { keysSelect, outputColumns, outputSelect, refusedKeysSelect } from './output.ts';

const OUTPUTS: OutputColumn[] = [
  { name: 'predict', type: 'string' },
  { name: 'n', type: 'integer' },
  { name: 'p', type: 'number' },
  { name: 'sure', type: 'bool' },
];
const SINK = {
  uri: 'out.csv',
  format: null,
  mode: 'append',
  publish: 'whole',
  stamps: ['predicted_at', 'model_version', 'request_id'],
} as const;
const SPEC = { key: 'the "key"', columns: ['price', 'the "key"'], sink: SINK };
const TYPES = new Map([
  ['the "key"', 'BIGINT'],
  ['price', 'DECIMAL(9,2)'],
]);
const STAMPS = { run: 'r1', chunk: 3, version: "it's@2", at: Date.UTC(2026, 10, 1, 2, 3, 4, 5) };

let db: DuckDBConnection;
beforeAll(async () => {
  db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await db.run("SET TimeZone = 'UTC'");
  await db.run(
    `CREATE TABLE source AS SELECT 9007199254740993 + i AS "the ""key""", i + 0.25 AS price FROM range(5000) t(i)`,
  );
});
afterAll(() => db.closeSync());

/** Answers to 5000 rows in blocks of 2048, of which every third row is refused. */
async function answered(): Promise<AnswerTable> {
  const answers = await AnswerTable.create(db, 'answers', OUTPUTS);
  for (let at = 0; at < 5000; at += 2048) {
    const rows = Math.min(2048, 5000 - at);
    const index = Array.from({ length: rows }, (_, i) => at + i);
    answers.append(
      rows,
      Uint8Array.from(index, (i) => (i % 3 === 1 ? OUTCOME.rejected : OUTCOME.ok)),
      [
        index.map((i) => `'c"${i}`),
        BigInt64Array.from(index, (i) => -BigInt(i)),
        Float64Array.from(index, (i) => i / 7),
        Uint8Array.from(index, (i) => i % 2),
      ],
    );
  }
  answers.finish();
  return answers;
}

const kept = Array.from({ length: 5000 }, (_, i) => i).filter((i) => i % 3 !== 1);

test('the output has key, carried columns, outputs and stamps of the rows that are ok, exactly and in order', async () => {
  const { table, rows } = await answered();
  expect(rows).toBe(5000);
  const columns = outputColumns(SPEC, TYPES, OUTPUTS);
  expect(columns.map(({ name }) => name)).toEqual([
    ...['the "key"', 'price', 'predict', 'n', 'p', 'sure'],
    ...['predicted_at', 'model_version', 'request_id'],
  ]);
  const result = await db.runAndReadAll(
    outputSelect(columns, OUTPUTS, { from: 'source', answers: table }, STAMPS),
  );
  expect(result.columnTypes().map(String)).toEqual(columns.map(({ type }) => type));
  const [first] = result.getRowsJson();
  expect(first).toEqual([
    ...['9007199254740993', '0.25', '\'c"0', '0', 0, false],
    ...['2026-11-01 02:03:04.005+00', "it's@2", 'r1-3-0'],
  ]);
  expect(result.getRows().map((row) => [row[0], row[3], row[4], row[5], row[8]])).toEqual(
    kept.map((i) => [9_007_199_254_740_993n + BigInt(i), -BigInt(i), i / 7, i % 2 === 1, `r1-3-${i}`]),
  );
});

test('the digest of keys is that of their texts, a line each, without those that are refused', async () => {
  const { table } = await answered();
  const result = await db.runAndReadAll(keysSelect(SPEC.key, { from: 'source', answers: table }));
  const text = kept.map((i) => `${9_007_199_254_740_993n + BigInt(i)}\n`).join('');
  expect(result.getRowObjects()).toEqual([
    { rows: kept.length, digest: createHash('sha256').update(text).digest('hex') },
  ]);
  const refused = await db.runAndReadAll(refusedKeysSelect(SPEC.key, { from: 'source', answers: table }));
  expect(refused.currentRowCount).toBe(5000 - kept.length);
  expect(refused.getRows()[1]).toEqual(['9007199254740997']);
});

test('of a chunk without an ok row the digest is that of nothing', async () => {
  const answers = await AnswerTable.create(db, 'none', []);
  answers.append(1, Uint8Array.of(OUTCOME.failed), []);
  answers.finish();
  const from = `(SELECT 1 AS k)`;
  const result = await db.runAndReadAll(keysSelect('k', { from, answers: 'none' }));
  expect(result.getRowObjects()).toEqual([{ rows: 0, digest: createHash('sha256').digest('hex') }]);
  await answers.drop();
});
