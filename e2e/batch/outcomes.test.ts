/** What a job comes to, and what can be done with it then: each with its exit code, and one document on stdout. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { example } from '../cli.ts';
import { Desk, HEADER } from './desk.ts';

const LIMIT = 60_000;
/** Of a run that is stopped once a few chunks are done: 120 of them take a second at least. */
const ROWS = 12_000;
let desk: Desk;
beforeAll(() => {
  desk = new Desk();
  desk.write('good.csv', `${HEADER}\n1,5.1,3.5,1.4,0.2\n2,6,3,5,2\n`);
  desk.write('mixed.csv', `${HEADER}\n1,5.1,3.5,1.4,0.2\n2,x,3,5,2\n3,6,3,5\n`);
  const row = (i: number) => `${i},${5 + (i % 20) / 10},3,${(i % 60) / 10},${(i % 25) / 10}\n`;
  desk.write('long.csv', `${HEADER}\n${Array.from({ length: ROWS }, (_, i) => row(i)).join('')}`);
  desk.run('done', 'good.csv', 'done.csv');
});
afterAll(() => desk.close());

const refusal = (...words: readonly string[]) => {
  const { status, said, stderr } = desk.batch(...words);
  return [status, said.error?.code, stderr];
};

test('a job that nobody knows is unknown to every command', { timeout: LIMIT }, () => {
  for (const words of [
    ['resume'],
    ['status'],
    ['receipt'],
    ['release'],
    ['discard'],
    ['rejects'],
    ['replay-rejects'],
    ['submit'],
  ])
    expect(refusal(...words, 'nobody'), words[0]).toEqual([2, 'JOB_UNKNOWN', '']);
});

test('usage that is wrong is told before anything is begun', { timeout: LIMIT }, () => {
  for (const words of [['resume'], ['run', '--nope'], ['run', '--duplicates', 'x'], ['nope']])
    expect(refusal(...words), words.join(' ')).toEqual([2, 'USAGE', '']);
  expect(refusal('run', '--job', 'begun', '--input', 'x')).toEqual([2, 'SPEC_INVALID', '']);
  expect(desk.batch('status').said).toMatchObject([{ job: 'done', state: 'done' }]);
});

test('a job that is done answers its receipt, and takes nothing but another run', { timeout: LIMIT }, () => {
  const { said } = desk.batch('resume', 'done');
  expect(desk.run('done', 'good.csv', 'done.csv').said).toEqual(said);
  expect(refusal('release', 'done')).toEqual([1, 'JOB_STATE', '']);
  expect(desk.batch('discard', 'done').said.error.message).toContain(
    'one that was interrupted or is held back was wanted',
  );
  expect(refusal('replay-rejects', 'done')).toEqual([1, 'JOB_STATE', '']);
  const changed = desk.run('done', 'good.csv', 'done.csv', '--duplicates', 'allow');
  expect(changed).toMatchObject({
    status: 1,
    said: { error: { code: 'JOB_CHANGED', details: { list: ['options.duplicates: fail → allow'] } } },
  });
  const again = desk.run('done', 'good.csv', 'done.csv', '--duplicates', 'allow', '--again');
  expect(again).toMatchObject({ status: 0, said: { state: 'done' } });
  expect(again.said.run).not.toBe(said.run);
});

test('a job that has failed says why to whoever resumes it, and begins anew when it is run', {
  timeout: LIMIT,
}, () => {
  expect(desk.run('failed', 'mixed.csv', 'failed.csv', '--max-bad', '0').said.error.code).toBe(
    'BUDGET_EXCEEDED',
  );
  expect(desk.batch('rejects', 'failed').said).toMatchObject({ rows: 2, isWhole: true });
  const { status, said } = desk.batch('resume', 'failed');
  expect([status, said.error.code]).toEqual([1, 'JOB_STATE']);
  expect(said.error.message).toContain('BUDGET_EXCEEDED: Stopped job failed: 2 of 3 rows');
  expect(desk.run('failed', 'mixed.csv', 'failed.csv').said).toMatchObject({
    state: 'done',
    rows: { ok: 1, rejected: 2 },
  });
});

test('a receipt is signed, and one that was altered is not trusted', { timeout: LIMIT }, () => {
  const { said: envelope } = desk.batch('receipt', 'done', '--signed');
  const path = desk.write('receipt.json', JSON.stringify(envelope));
  expect(desk.batch('verify', path)).toMatchObject({ status: 0, said: { job: 'done', rows: { read: 2 } } });
  const receipt = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
  const payload = Buffer.from(JSON.stringify({ ...receipt, rows: { ...receipt.rows, ok: 1 } })).toString(
    'base64',
  );
  writeFileSync(path, JSON.stringify({ ...envelope, payload }));
  expect(refusal('verify', path)).toEqual([1, 'RECEIPT_INVALID', '']);
});

describe('rows without an answer', () => {
  const output = () =>
    readFileSync(desk.path('replay.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]);

  test('join the output once they are mended, and once only', { timeout: LIMIT }, () => {
    expect(desk.run('replay', 'mixed.csv', 'replay.csv').said.rows).toMatchObject({
      read: 3,
      ok: 1,
      rejected: 2,
    });
    const rows = desk.write(
      'rows.jsonl',
      '{"id":"2","sepal_length":6,"sepal_width":3,"petal_length":5,"petal_width":2}\n',
    );
    expect(desk.batch('replay-rejects', 'replay', '--rows', rows).said.rows).toMatchObject({
      read: 3,
      ok: 2,
      rejected: 1,
    });
    expect(output()).toEqual(['1', '2']);
    expect(refusal('replay-rejects', 'replay', '--rows', rows)).toEqual([2, 'USAGE', '']);
    expect(desk.batch('replay-rejects', 'replay', '--model', example('iris.joblib')).said.rows).toMatchObject(
      { read: 3, ok: 2, rejected: 1 },
    );
    expect(output()).toEqual(['1', '2']);
    expect(desk.batch('receipt', 'replay').said.rows).toMatchObject({ read: 3, ok: 2, rejected: 1 });
  });
});

describe('a run that is under way', () => {
  const start = (job: string, output: string): ChildProcess => {
    const child = desk.start(job, 'long.csv', output);
    // Nobody reads what it says; unread it could not end.
    child.stdout.resume();
    return child;
  };
  const ended = async (child: ChildProcess, signal: NodeJS.Signals) => {
    process.kill(-child.pid!, signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };

  test('is taken by nobody else; stopped, it takes no other spec, nor is it lost by one', {
    timeout: LIMIT,
  }, async () => {
    const child = start('busy', 'busy.csv');
    await desk.stop('busy', child);
    expect(refusal('resume', 'busy')).toEqual([1, 'JOB_RUNNING', '']);
    expect(refusal('discard', 'busy')).toEqual([1, 'JOB_RUNNING', '']);
    process.kill(-child.pid!, 'SIGCONT');
    await ended(child, 'SIGTERM');
    expect(child.exitCode).toBe(1);
    const more = ['--chunk-rows', '100'];
    expect(desk.run('busy', 'long.csv', 'other.csv', ...more).said.error).toMatchObject({
      code: 'JOB_CHANGED',
      message: expect.stringContaining('busy.csv → '),
      hint: expect.stringContaining('plimsoll batch discard busy'),
    });
    expect(
      desk.run('busy', 'long.csv', 'busy.csv', ...more, '--model', example('churn.joblib')).said.error.code,
    ).toBe('INPUT_COLUMNS');
    expect(desk.batch('status', 'busy').said[0]).toMatchObject({ state: 'running', isInterrupted: true });
    const { said } = desk.batch('resume', 'busy');
    expect(said).toMatchObject({ state: 'done', rows: { read: ROWS, ok: ROWS } });
    const keys = readFileSync(desk.path('busy.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]);
    expect(keys).toEqual(Array.from({ length: ROWS }, (_, i) => String(i)));
  });

  test.each(['kill.jsonl', 'sqlite:kill.db?table=t', 'duckdb:kill.duckdb?table=t', 'kill/'])(
    'is killed, and %s has every row once when it was resumed',
    { timeout: LIMIT },
    async (output) => {
      const job = `kill-${output.replaceAll(/\W+/g, '-')}`;
      const child = start(job, output);
      await desk.stop(job, child);
      await ended(child, 'SIGKILL');
      expect(desk.batch('resume', job).said).toMatchObject({
        ...{ state: 'done', attempts: 2, rows: { read: ROWS, ok: ROWS } },
      });
      expect(desk.litter).toEqual([]);
    },
  );
});
