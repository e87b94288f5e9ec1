/** The job of a folder on Spark, where one machine would not be done in time: rows are held against `predict`. */
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, expect, test } from 'vitest';
import { blueprint } from '../../src/advise/files/testing/blueprints.ts';
import { literal } from '../../src/sql/identifiers.ts';
import { example } from '../cli.ts';
import { type Cluster, sparkEnvironment, startCluster } from '../spark/cluster.ts';
import { Advised } from './advised.ts';
import { predicted } from './job.ts';

let advised: Advised | null = null;
let cluster: Cluster | null = null;
afterEach(async () => {
  cluster?.stop();
  await advised?.close();
}, 60_000);

async function query(sql: string): Promise<readonly (readonly unknown[])[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  return (await connection.runAndReadAll(sql)).getRows();
}

/** Rows of a folder of Parquet files, by key. */
async function scoredIn(path: string): Promise<ReadonlyMap<unknown, unknown>> {
  const found = await query(`SELECT id, predict FROM read_parquet(${literal(`${path}/**/*.parquet`)})`);
  return new Map(found.map(([id, predict]) => [id, predict]));
}

test('a job runs on Spark as it stands, and on a cluster that is filled in', {
  timeout: 600_000,
}, async () => {
  const file = example('house-prices.joblib');
  const { PATH: _, ...env } = sparkEnvironment();
  const batch = { ...blueprint().batch, machines: 3 };
  advised = await Advised.of(file, { pattern: 'scheduled-batch', batch }, env as Record<string, string>);
  const wanted = await predicted(advised, file);
  const command = advised.command('batch run');
  await advised.done(command);
  expect(await scoredIn(advised.path('scored'))).toEqual(wanted);

  cluster = await startCluster(sparkEnvironment());
  const elsewhere = advised
    .read('spark.yaml')
    .replace('local[*]', cluster.master)
    .replace('scored/', 'again/');
  advised.write('spark.yaml', elsewhere.replace(/^job: .*$/m, 'job: on-a-cluster'));
  await advised.done(command);
  expect(await scoredIn(advised.path('again'))).toEqual(wanted);
});
