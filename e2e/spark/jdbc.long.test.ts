/** A table of PostgreSQL, here and on Spark through JDBC: the same rows, to the bit. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { literal } from '../../src/sql/identifiers.ts';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../src/store/testing/postgres.ts';
import { example } from '../cli.ts';
import { SPARK_CONF, sparkEnvironment } from './cluster.ts';
import { answerOf, onSpark, startBatch } from './job.ts';

const DRIVER = { group: 'org.postgresql', name: 'postgresql', version: '42.7.7' } as const;
const ROWS = 3000;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-spark-jdbc-'));
let postgres: PostgresServer;

beforeAll(async () => {
  const { group, name, version } = DRIVER;
  const driver = [`-Dartifact=${group}:${name}:${version}`, `-DoutputDirectory=${folder}`];
  execFileSync('mvn', ['--quiet', '--batch-mode', 'dependency:copy', ...driver]);
  postgres = await startPostgres();
}, HOOK_MILLIS * 5);

afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}, HOOK_MILLIS);

async function rowsOf(path: string): Promise<unknown[]> {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await db.runAndReadAll(`SELECT * FROM read_parquet(${literal(path)}) ORDER BY id`);
  db.closeSync();
  return reader.getRowObjects();
}

test('a table with missing values and a name in capitals is the same through JDBC', async () => {
  const url = await postgres.database();
  await runPostgresStatement(
    url,
    `create table "Customers" as select i::bigint as id, (20 + i % 60)::real as age,
      case when i % 7 = 0 then null else 10 + i / 7.0 end::float8 as monthly_fee, (i % 48)::int as months,
      (array['basic', 'plus', 'pro', null])[1 + i % 4]::text as plan,
      (array['card', 'invoice', 'ünï'])[1 + i % 3]::text as payment
    from generate_series(0, ${ROWS - 1}) as i`,
  );
  const env = sparkEnvironment();
  const outcome = async (name: string, flags: readonly string[]): Promise<unknown> => {
    const output = join(folder, `${name}.parquet`);
    const run = startBatch(join(folder, 'data'), env, [
      ...['run', '--job', name, '--model', example('churn.joblib'), '--input', `${url}?table=Customers`],
      ...['--output', output, '--key', 'id', '--columns', 'plan', ...flags],
    ]);
    const { rows } = await answerOf(run);
    return { rows, output: await rowsOf(output) };
  };
  const here = await outcome('here', []);
  const jars = join(folder, `${DRIVER.name}-${DRIVER.version}.jar`);
  const there = await outcome('there', onSpark('local[2]', { ...SPARK_CONF, 'spark.jars': jars }));
  expect(there).toEqual(here);
  expect(here).toMatchObject({ rows: { read: ROWS } });
}, 1_200_000);
