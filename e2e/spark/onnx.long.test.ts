/** A graph of ONNX, here and on Spark: its runtime goes along, and its answers are the same bits whatever the batches are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { literal, PARQUET } from '../../src/sql/identifiers.ts';
import { ROOT } from '../cli.ts';
import { SPARK_CONF, sparkEnvironment } from './cluster.ts';
import { answerOf, onSpark, startBatch } from './job.ts';

const ROWS = 30_000;
const FEATURES = ['a', 'b', 'c', 'd'];

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-spark-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function asked(sql: string): Promise<Record<string, unknown>[]> {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  const rows = (await db.runAndReadAll(sql)).getRowObjects();
  db.closeSync();
  return rows;
}

test('a graph answers the same on Spark', async () => {
  const input = join(folder, 'input.parquet');
  const features = FEATURES.map((name, j) => `sin(i * ${j + 1})::FLOAT AS ${name}`).join(', ');
  await asked(
    `COPY (SELECT i AS id, ${features} FROM range(${ROWS}) t(i)) TO ${literal(input)} (${PARQUET})`,
  );
  const env = sparkEnvironment();
  const outcome = async (name: string, flags: readonly string[]): Promise<unknown> => {
    const output = join(folder, `${name}.parquet`);
    const run = startBatch(join(folder, 'data'), env, [
      ...['run', '--job', name, '--model', join(ROOT, 'fixtures/onnx/zipmap-default.onnx')],
      ...['--input', input, '--features', FEATURES.join(','), '--output', output, '--key', 'id', ...flags],
    ]);
    const { rows } = await answerOf(run);
    return { rows, output: await asked(`SELECT * FROM ${literal(output)} ORDER BY id`) };
  };
  const here = await outcome('here', []);
  const there = await outcome('there', onSpark('local[2]', SPARK_CONF));
  expect(there).toEqual(here);
  expect(here).toMatchObject({ rows: { ok: ROWS } });
}, 1_200_000);
