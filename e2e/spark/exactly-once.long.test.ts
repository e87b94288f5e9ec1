/** A job on a real cluster that loses tasks, runs some twice, and loses its driver: its rows land in PostgreSQL once. */
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../src/store/testing/postgres.ts';
import { example } from '../cli.ts';
import { type Cluster, processesBelow, SPARK_CONF, sparkEnvironment, startCluster } from './cluster.ts';
import { answerOf, onSpark, type Run, startBatch } from './job.ts';

const FILES = 6;
const FILE_ROWS = 20_000;
const ROWS = FILES * FILE_ROWS;
/** Of them, as many have no key. */
const KEYLESS = 3;
const SCORER = 'arrow.child.js';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-spark-'));
const env = sparkEnvironment();
let cluster: Cluster;
let postgres: PostgresServer;

beforeAll(async () => {
  await writeInput();
  postgres = await startPostgres();
  cluster = await startCluster(env);
}, HOOK_MILLIS * 5);

afterAll(async () => {
  cluster?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}, HOOK_MILLIS);

async function writeInput(): Promise<void> {
  mkdirSync(join(folder, 'input'));
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  for (let file = 0; file < FILES; file++) {
    await db.run(`COPY (
      SELECT CASE WHEN ${file} = 0 AND i < ${KEYLESS} THEN NULL ELSE ${file * FILE_ROWS} + i END AS id,
        (20 + i % 60)::FLOAT AS age, CASE WHEN i % 7 = 0 THEN NULL ELSE 10 + i % 90 END::DOUBLE AS monthly_fee,
        (i % 48)::INTEGER AS months, ['basic', 'plus', 'pro', NULL][1 + i % 4] AS plan,
        ['card', 'invoice', 'direct debit'][1 + i % 3] AS payment, (i / 100)::DECIMAL(18, 4) AS amount
      FROM range(${FILE_ROWS}) t(i)
    ) TO '${folder}/input/${file}.parquet' (FORMAT parquet)`);
  }
  db.closeSync();
}

const plimsoll = (...args: string[]): Run => startBatch(join(folder, 'data'), env, args);

const job = (
  name: string,
  master: string,
  output: string,
  conf: Readonly<Record<string, string>>,
): string[] => [
  ...['run', '--job', name, '--model', example('churn.joblib'), '--input', join(folder, 'input')],
  ...['--output', output, '--key', 'id', '--columns', 'amount'],
  ...onSpark(master, { ...SPARK_CONF, ...conf }),
];

/** Looks again and again, as long as `run` goes on; a machine that is busy takes minutes to start a Spark. */
async function until<T>(
  what: string,
  { child, ended }: Run,
  look: () => T | undefined | null | false,
): Promise<T> {
  for (const end = Date.now() + 500_000; Date.now() < end; await sleep(50)) {
    const found = look();
    if (found) return found;
    if (child.exitCode !== null)
      throw new Error(`no ${what} before the run ended: ${JSON.stringify(await ended)} ${logs('spark.log')}`);
  }
  throw new Error(`waited in vain for ${what}: ${logs('spark.log')}`);
}

async function ends(pids: readonly number[]): Promise<void> {
  for (const end = Date.now() + 60_000; pids.some((pid) => existsSync(`/proc/${pid}`)); await sleep(50))
    if (Date.now() > end) throw new Error(`some of ${pids.join(', ')} live on`);
}

/** The output as somebody else sees it: rows, keys that are there once, keys that should not be there. */
async function outputOf(url: string, table: string): Promise<unknown> {
  const [row] = await runPostgresStatement(
    url,
    `select count(*)::int as rows, count(distinct id)::int as keys, min(id)::int as first, max(id)::int as last,
      sum(amount)::text as amount, count(predict_proba_leaves)::int as answers from ${table}`,
  );
  return row;
}

const EXPECTED = {
  rows: ROWS - KEYLESS,
  keys: ROWS - KEYLESS,
  first: KEYLESS,
  last: ROWS - 1,
  answers: ROWS - KEYLESS,
};

const stateOf = (run: string): string[] => globSync(join(folder, 'data/jobs/*/spark', run));

test('tasks that die or run twice, and a driver that dies before publication, leave every row once', async () => {
  const url = await postgres.database();
  const first = plimsoll(
    ...job('kills', cluster.master, `${url}?table=scores`, {
      // A task a file, each of which may be lost.
      'spark.sql.files.openCostInBytes': '134217728',
      'spark.task.maxFailures': '8',
      'spark.speculation': 'true',
      'spark.speculation.interval': '200ms',
      'spark.speculation.quantile': '0.1',
      'spark.speculation.multiplier': '1.1',
    }),
  );
  await until(
    'staging area',
    first,
    () => globSync(join(folder, 'data/jobs/*/spark/*/*/_temporary')).length > 0,
  );
  // The scorer of the sample stands still: Spark has another executor do its task, and takes whichever ends first.
  const [stopped] = processesBelow(cluster.pids, SCORER);
  process.kill(stopped!.pid, 'SIGSTOP');
  // Another one loses its Python worker amidst a task, which is done again.
  const killed = await until('other scorer', first, () =>
    processesBelow(cluster.pids, SCORER).find(({ pid }) => pid !== stopped!.pid),
  );
  process.kill(killed.parent, 'SIGKILL');
  await until('scored rows', first, () => stateOf('scored.json').length > 0);
  first.child.kill('SIGKILL');
  if (existsSync(`/proc/${stopped!.pid}`)) process.kill(stopped!.pid, 'SIGCONT');
  await first.ended;
  const said = logs('spark.log');
  expect(said.includes('Python worker exited unexpectedly')).toBe(true);
  expect(said.includes('as the attempt 1 succeeded on 127.0.0.2')).toBe(true);

  const receipt = await answerOf(plimsoll('resume', 'kills'));
  expect(receipt.rows).toEqual({ read: ROWS, ok: ROWS - KEYLESS, rejected: KEYLESS, failed: 0, skipped: 0 });
  expect(receipt.spark?.sample.rows).toBe(1000);
  expect(receipt.attempts).toBe(2);
  expect(await outputOf(url, 'scores')).toMatchObject(EXPECTED);
  expect(await answerOf(plimsoll('resume', 'kills'))).toEqual(receipt);
  expect(await outputOf(url, 'scores')).toMatchObject(EXPECTED);
}, 1_200_000);

const logs = (name: string): string =>
  globSync(join(folder, 'data/jobs/*', name))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

test('an executor that is killed takes its scorer with it, and its tasks are done by another', async () => {
  const url = await postgres.database();
  const run = plimsoll(
    ...job('executor', cluster.master, `${url}?table=scores`, {
      'spark.sql.files.openCostInBytes': '134217728',
    }),
  );
  const scorer = await until('scorer', run, () => processesBelow(cluster.pids, SCORER)[0]);
  const executor = processesBelow(cluster.pids, 'CoarseGrainedExecutorBackend').find(
    ({ pid }) => processesBelow([pid], SCORER).length > 0,
  );
  // Amidst a task: its rows, wherever they are, do not count.
  await until('staging area', run, () => stateOf('*/*/_temporary').length > 0);
  process.kill(executor!.pid, 'SIGKILL');
  await ends([executor!.pid, scorer.pid]);
  const { rows } = await answerOf(run);
  expect(rows).toMatchObject({ read: ROWS, ok: ROWS - KEYLESS, rejected: KEYLESS });
  expect(await outputOf(url, 'scores')).toMatchObject(EXPECTED);
  expect(logs('spark.log')).toContain('Lost executor');
}, 1_200_000);

test('a Spark whose Plimsoll is killed ends by itself, and the next attempt begins anew', async () => {
  const url = await postgres.database();
  const first = plimsoll(...job('lost', 'local[2]', `${url}?table=scores`, {}));
  const scorer = await until('scorer', first, () => processesBelow([first.child.pid!], SCORER)[0]);
  const [driver] = processesBelow([first.child.pid!], 'SparkSubmit');
  first.child.kill('SIGKILL');
  await first.ended;
  await ends([driver!.pid, scorer.pid]);
  const { rows } = await answerOf(plimsoll('resume', 'lost'));
  expect(rows.ok).toBe(ROWS - KEYLESS);
  expect(await outputOf(url, 'scores')).toMatchObject(EXPECTED);
}, 1_200_000);
