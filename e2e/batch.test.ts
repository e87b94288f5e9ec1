import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BENCH_MODEL, Bench, query, ROWS } from '../src/jobs/run/testing/bench.ts';
import { BIN, type Finished, plimsoll } from './cli.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const flags = (job: string, output: string, ...more: string[]): string[] => [
  ...['batch', 'run', '--data', bench.folder, '--job', job, '--model', BENCH_MODEL, '--input', bench.input],
  ...['--output', output, '--key', 'id', '--columns', 'note', '--chunk-rows', '1000', '--json', ...more],
];
const batch = (...words: string[]): Finished => plimsoll('batch', ...words, '--data', bench.folder, '--json');
const output = (name: string): string => join(bench.folder, name);
const said = ({ stdout }: Finished) => JSON.parse(stdout);

test('batch run prints the receipt of the contract, and resume and a second run print it again', async () => {
  const out = output('first.parquet');
  const first = plimsoll(...flags('first', out));
  expect(first).toMatchObject({ status: 0, stderr: '' });
  const receipt = said(first);
  expect(receipt).toMatchObject({
    job: 'first',
    run: expect.any(String),
    state: 'done',
    rows: { read: ROWS, ok: ROWS, rejected: 0, failed: 0, skipped: 0 },
    model: { file: 'columns-forest.pkl', runtime: expect.any(String) },
    digests: { input: expect.any(String), keys: expect.any(String), output: expect.any(String) },
    seconds: expect.any(Number),
    rowsPerSecond: expect.any(Number),
  });
  expect(await bench.published(out)).toEqual(await bench.expected());
  expect(said(batch('resume', 'first'))).toEqual(receipt);
  expect(said(plimsoll(...flags('first', out)))).toEqual(receipt);
  const changed = plimsoll(...flags('first', output('other.parquet')));
  expect(changed.status).toBe(1);
  expect(said(changed).error).toMatchObject({
    code: 'JOB_CHANGED',
    message: expect.stringContaining('first.parquet'),
  });
});

test('a job that is not there is unknown, and a flag that is wrong is named before anything is begun', () => {
  const unknown = batch('resume', 'frist');
  expect(said(unknown).error).toMatchObject({ code: 'JOB_UNKNOWN' });
  const wrong = plimsoll(...flags('wrong', output('w.parquet'), '--lanes', 'many'));
  expect(wrong.status).toBe(2);
  expect(said(wrong).error).toMatchObject({
    code: 'SPEC_INVALID',
    message: expect.stringContaining('--lanes'),
  });
  expect(said(batch('status')).map(({ job }: { job: string }) => job)).not.toContain('wrong');
});

test('rows of a text file that do not fit are shown as they stand there, and join the output once they are mended', () => {
  const [input, out, rejects, mended] = ['in.csv', 'out.csv', 'bad.jsonl', 'mended.jsonl'].map(output) as [
    string,
    string,
    string,
    string,
  ];
  const lines = Array.from(
    { length: 300 },
    (_, i) => `${String(i).padStart(5, '0')};${20 + (i % 50)};${i}.5;Oslo;pro;1`,
  );
  lines[29] = '00029;abc;1;Oslo;pro;1';
  lines[39] = '00039;30;1;Oslo;pro';
  writeFileSync(input, `id;age;income;city;plan;tenure\n${lines.join('\n')}\n`);
  const words = ['--job', 'text', '--model', BENCH_MODEL, '--input', input, '--output', out, '--key', 'id'];
  const first = batch('run', ...words, '--rejects', rejects);
  expect(said(first).rows).toMatchObject({ read: 300, ok: 298, rejected: 2 });
  const letters = readFileSync(rejects, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(letters).toMatchObject([
    {
      line: 31,
      code: 'number_type',
      column: 'age',
      raw: lines[29],
      reason: expect.stringContaining('"abc"'),
    },
    { line: 41, code: 'row_length', raw: lines[39] },
  ]);
  for (const { offset, raw } of letters)
    expect(
      readFileSync(input)
        .subarray(offset, offset + raw.length)
        .toString(),
    ).toBe(raw);
  const row = { id: '00029', age: 33, income: 1, city: 'Oslo', plan: 'pro', tenure: 1 };
  writeFileSync(mended, `${JSON.stringify(row)}\n`);
  const replayed = said(batch('replay-rejects', 'text', '--rows', mended));
  expect(replayed).toMatchObject({ state: 'done', rows: { read: 300, ok: 299, rejected: 1 } });
  const ids = readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.slice(0, 5));
  expect(ids).toHaveLength(299);
  expect(new Set(ids).size).toBe(299);
  expect(ids.at(-1)).toBe('00029');
  // It is in the output by now: there is nothing to mend.
  expect(said(batch('replay-rejects', 'text', '--rows', mended)).error).toMatchObject({ code: 'USAGE' });
});

/** Starts a command in a process group of its own, as a shell does. */
function start(...words: string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...words], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
}

async function killed(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It has ended by itself.
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}

test('the run is on record before the model or the input is looked at', async () => {
  const child = start(...flags('durable', output('durable.parquet')));
  const path = join(bench.folder, 'jobs.sqlite');
  await expect.poll(() => jobsIn(path), { interval: 5 }).toContain('durable');
  await killed(child, 'SIGKILL');
  expect(said(batch('resume', 'durable'))).toMatchObject({
    rows: { ok: ROWS },
    attempts: expect.any(Number),
  });
});

function jobsIn(path: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db
      .prepare('SELECT job FROM runs')
      .all()
      .map(({ job }) => job);
  } finally {
    db.close();
  }
}

test('killed at any moment, the job comes to the same result when it is resumed', {
  timeout: 300_000,
}, async () => {
  const expected = await bench.expected();
  let seed = 7;
  // Many more times in batch/kill.long.test.ts.
  for (let i = 0; i < 3; i++) {
    const [job, out] = [`killed-${i}`, output(`killed-${i}.parquet`)];
    for (let kills = 0; kills < 3; kills++) {
      const child = start(
        ...(kills === 0 ? flags(job, out) : ['batch', 'resume', job, '--data', bench.folder]),
      );
      seed = (seed * 48_271) % 2_147_483_647;
      await pause(100 + (seed % 2000));
      await killed(child, 'SIGKILL');
    }
    const last = batch('resume', job);
    // Killed before its row was there, it was never begun.
    const finished = said(last).error?.code === 'JOB_UNKNOWN' ? plimsoll(...flags(job, out)) : last;
    expect(said(finished)).toMatchObject({ state: 'done', rows: { read: ROWS, ok: ROWS } });
    expect(await bench.published(out)).toEqual(expected);
    expect(
      await query(`SELECT count(*)::INTEGER AS n, count(DISTINCT id)::INTEGER AS ids FROM '${out}'`),
    ).toEqual([{ n: ROWS, ids: ROWS }]);
  }
  expect(readdirSync(bench.folder).filter((name) => name.startsWith('.killed'))).toEqual([]);
});

test('SIGTERM has the run keep what it has, and says how to go on', async () => {
  const out = output('stopped.parquet');
  // So many chunks that it is not over while its state is asked for.
  const child = start(...flags('stopped', out, '--chunk-rows', '15'));
  let stdout = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  await expect.poll(() => said(batch('status', 'stopped'))[0]?.progress?.chunks.done ?? 0).toBeGreaterThan(0);
  await killed(child, 'SIGTERM');
  expect(child.exitCode).toBe(1);
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'JOB_INTERRUPTED',
    hint: expect.stringContaining('plimsoll batch resume stopped'),
  });
  expect(existsSync(out)).toBe(false);
  expect(said(batch('resume', 'stopped'))).toMatchObject({ rows: { ok: ROWS }, attempts: 2 });
});
