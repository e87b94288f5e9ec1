/**
 * `kill -9` of the process group at random moments, from before the job is on record to after publication: what is resumed
 * ends with every key once, and a receipt that others add up to the same. KILLS and SEED repeat a run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../src/store/testing/postgres.ts';
import { BIN, example } from '../cli.ts';

const KILLS = Number(process.env['KILLS'] ?? 200);
const SEED = Number(process.env['SEED'] ?? 20_261_126);
const ROWS = 24_000;
/** Rows whose age is no number. */
const BAD = 24;
const CHUNK = 2000;
const LIMIT = 3_600_000;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kills-'));
const input = join(folder, 'rows.csv');
const data = join(folder, 'data');
let postgres: PostgresServer;

interface Said {
  readonly state: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly error?: { readonly code: string };
}

/** A command in a process group of its own. */
function start(...args: readonly string[]): { child: ChildProcess; said: Promise<Said | null> } {
  const child = spawn(process.execPath, [BIN, 'batch', ...args, '--data', data, '--json'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout!.on('data', (chunk) => {
    text += chunk;
  });
  const said = once(child, 'close').then(() => (text === '' ? null : (JSON.parse(text) as Said)));
  return { child, said };
}

const flags = (job: string, output: string): readonly string[] => [
  ...['run', '--job', job, '--model', example('churn.joblib'), '--input', input, '--output', output],
  ...['--key', 'id', '--columns', 'plan', '--chunk-rows', String(CHUNK), '--lanes', '2'],
];

/** Kills the whole group after so many milliseconds; false where it had ended by then. */
async function killed({ child, said }: ReturnType<typeof start>, millis: number): Promise<boolean> {
  await Promise.race([sleep(millis), said]);
  const runs = child.exitCode === null && child.signalCode === null;
  if (runs) process.kill(-child.pid!, 'SIGKILL');
  await said;
  return runs;
}

/** As a person would: resume; and where nothing was on record yet, run it again. */
async function finished(job: string, output: string): Promise<Said> {
  const resumed = await start('resume', job).said;
  if (resumed?.error?.code !== 'JOB_UNKNOWN') return resumed!;
  return (await start(...flags(job, output)).said)!;
}

async function duckdb(sql: string): Promise<readonly unknown[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
  }
}

beforeAll(async () => {
  mkdirSync(data);
  postgres = await startPostgres();
  await duckdb(`COPY (
    SELECT i AS id, CASE WHEN i % ${ROWS / BAD} = 7 THEN 'old' ELSE (20 + i % 60)::VARCHAR END AS age,
      10 + i % 90 AS monthly_fee, i % 48 AS months, ['basic', 'plus', 'pro'][1 + i % 3] AS plan,
      ['card', 'invoice', 'direct debit'][1 + i % 3] AS payment
    FROM range(${ROWS}) t(i)
  ) TO '${input}' (FORMAT csv)`);
}, HOOK_MILLIS);
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}, HOOK_MILLIS);

/** Another program's sums over what was published. */
interface Sums {
  readonly rows: number;
  readonly keys: number;
  readonly first: number;
  readonly last: number;
  readonly leaves: number;
  readonly probability: string;
}
const SUMS = `count(*)::int as rows, count(distinct id)::int as keys, min(id)::int as first, max(id)::int as last,
  sum(case when predict = 'leaves' then 1 else 0 end)::int as leaves,
  sum(cast(round(cast(predict_proba_leaves * 1e9 as numeric)) as bigint))::text as probability`;

interface Target {
  readonly name: string;
  output(run: number): Promise<string>;
  sums(output: string): Promise<Sums>;
}

const TARGETS: readonly Target[] = [
  {
    name: 'Parquet',
    output: async (run) => join(folder, `out-${run}.parquet`),
    sums: async (output) => {
      const [row] = await duckdb(`SELECT ${SUMS} FROM '${output}'`);
      return row as Sums;
    },
  },
  {
    name: 'PostgreSQL',
    output: async (run) => `${await postgres.database()}?table=scores_${run}`,
    sums: async (output) => {
      const [url, table] = output.split('?table=');
      const [row] = await runPostgresStatement(url!, `select ${SUMS} from ${table}`);
      return row as Sums;
    },
  },
];

describe.each(TARGETS)('into $name', ({ name, output: outputOf, sums }) => {
  test(
    `${KILLS / 2} runs that are killed end with every key once (seed ${SEED})`,
    async () => {
      const random = seededRandom(SEED);
      const wholeStart = performance.now();
      const wholeOutput = await outputOf(0);
      const whole = await start(...flags(`${name}-0`, wholeOutput)).said;
      const millis = performance.now() - wholeStart;
      const rows = { read: ROWS, ok: ROWS - BAD, rejected: BAD, failed: 0, skipped: 0 };
      expect(whole).toMatchObject({ state: 'done', rows });
      const expected = await sums(wholeOutput);
      expect(expected).toMatchObject({ rows: ROWS - BAD, keys: ROWS - BAD });

      let kills = 0;
      for (let run = 1; kills < KILLS / 2; run++) {
        const job = `${name}-${run}`;
        const output = await outputOf(run);
        // Up to a tenth beyond the end of an undisturbed run, and now and then the one that resumes, too.
        if (await killed(start(...flags(job, output)), random.next() * millis * 1.1)) kills++;
        if (random.next() < 0.4 && (await killed(start('resume', job), random.next() * millis))) kills++;
        const said = await finished(job, output);
        expect([run, said]).toMatchObject([run, { state: 'done', rows }]);
        expect([run, await sums(output)]).toEqual([run, expected]);
      }
      console.log(`${name}: ${kills} kills, an undisturbed run takes ${Math.round(millis)} ms`);
    },
    LIMIT,
  );
});
