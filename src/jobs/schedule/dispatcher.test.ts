import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { Ledger, RunChange, RunRow } from '../../store/ledger/ledger.ts';
import { openLedger } from '../../store/ledger/open.ts';
import { allRows, eachRow } from '../../store/pages.ts';
import type { FrozenItem } from '../chunk.ts';
import { aSpec } from '../plan/testing/plans.ts';
import { RunDispatcher } from './dispatcher.ts';
import { DEFAULT_SCHEDULE, type JobSchedule, type JobTrigger } from './schedule.ts';
import { PathSettling } from './settling.ts';

const QUIET: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const NIGHTLY: JobTrigger = { kind: 'cron', cron: '30 2 * * *', timeZone: 'Europe/Berlin', misfire: 'once' };
const SPEC = aSpec({
  source: { uri: 'in/{date}.csv', format: null },
  sink: { ...aSpec().sink, uri: 'out.csv' },
});
const MINUTE = 60_000;

let folder: string;
let now: number;
let files: readonly FrozenItem[];
/** What the process that works on a run does, and what it was asked to work on. */
let work: (ledger: Ledger, run: RunRow, signal: AbortSignal) => Promise<void>;
let worked: { job: string; due: string; attempt: number }[];
const closing: (() => Promise<void>)[] = [];
let processes = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-dispatcher-'));
  now = Date.parse('2026-10-24T12:00:00Z');
  files = [];
  worked = [];
  work = (ledger, run) => ended(ledger, run, { state: 'done' });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

const ended = async (ledger: Ledger, run: RunRow, change: RunChange): Promise<void> => {
  const taken = await ledger.claim(run.id, `worker ${processes++}`, now, 1000, run.holder ?? undefined);
  await ledger.release(run.id, taken!.fence, { endedAt: now, ...change });
};

interface Server {
  readonly ledger: Ledger;
  readonly dispatcher: RunDispatcher;
  /** One look, at the jobs that the ledger has now. */
  look(): Promise<void>;
}

/** A server's part for jobs: it may be one of several, or the next one after a restart. */
async function server(): Promise<Server> {
  const ledger = await openLedger(`sqlite:${join(folder, 'jobs.sqlite')}`);
  const clock: Clock = { now: () => now, monotonic: () => now };
  const dispatcher = new RunDispatcher({
    ...{ ledger, clock, logger: QUIET, holder: `server ${processes++}`, concurrency: 2 },
    list: async () => files,
    settling: new PathSettling(),
    isGone: (holder) => holder.startsWith('dead'),
    execute: async ({ id }, signal) => {
      const run = (await ledger.run(id))!;
      worked.push({ job: run.job, due: run.due, attempt: run.attempt });
      await work(ledger, run, signal);
    },
  });
  closing.push(async () => {
    await dispatcher.stop();
    await ledger.close();
  });
  const passOver = (): void => undefined;
  const look = async () => dispatcher.look(await allRows((page) => ledger.jobs(page), passOver));
  return { ledger, dispatcher, look };
}

const define = (ledger: Ledger, name: string, change: Partial<JobSchedule>) =>
  ledger.define({
    ...{ name, spec: { ...SPEC, job: name }, createdAt: now, createdBy: 'test' },
    schedule: { ...DEFAULT_SCHEDULE, ...change },
  });

/** Looks every `step` milliseconds until `to`. */
async function pass({ dispatcher, look }: Server, to: string, step = 10 * MINUTE): Promise<void> {
  for (; now < Date.parse(to); now += step) {
    await look();
    await dispatcher.idle();
  }
}

const runsOf = async (ledger: Ledger, job: string): Promise<readonly string[]> => {
  const runs: string[] = [];
  for await (const { due, state } of eachRow((page) => ledger.runs(job, page))) runs.push(`${due} ${state}`);
  return runs.toReversed();
};

describe('a nightly job', () => {
  test('runs once a night across a restart of the server and the end of summer time', async () => {
    const first = await server();
    await define(first.ledger, 'nightly', { triggers: [NIGHTLY] });
    await pass(first, '2026-10-25T00:20:00Z');
    await first.dispatcher.stop();
    const second = await server();
    await pass(second, '2026-10-27T00:00:00Z');
    expect(await runsOf(second.ledger, 'nightly')).toEqual([
      'schedule/2026-10-25T02:30:00+02:00 done',
      'schedule/2026-10-26T02:30:00+01:00 done',
    ]);
    expect(worked).toHaveLength(2);
  });

  test('runs once where several servers look at the same ledger', async () => {
    const servers = [await server(), await server(), await server()];
    await define(servers[0]!.ledger, 'nightly', { triggers: [NIGHTLY] });
    for (; now < Date.parse('2026-10-26T12:00:00Z'); now += 30 * MINUTE) {
      await Promise.all(servers.map(({ look }) => look()));
      await Promise.all(servers.map(({ dispatcher }) => dispatcher.idle()));
    }
    expect(await runsOf(servers[0]!.ledger, 'nightly')).toHaveLength(2);
  });

  test('reads the input of its day', async () => {
    const on = await server();
    const { ledger } = on;
    await define(ledger, 'nightly', { triggers: [NIGHTLY] });
    await pass(on, '2026-10-25T12:00:00Z');
    expect((await ledger.latest('nightly'))?.spec).toMatchObject({ source: { uri: 'in/2026-10-25.csv' } });
  });

  test('that is paused passes over its nights and makes none of them up', async () => {
    const on = await server();
    const { ledger, look } = on;
    await define(ledger, 'nightly', { triggers: [NIGHTLY] });
    await look();
    await ledger.pause('nightly', true);
    await pass(on, '2026-10-26T12:00:00Z', 60 * MINUTE);
    await ledger.pause('nightly', false);
    await pass(on, '2026-10-26T20:00:00Z', 60 * MINUTE);
    expect(await runsOf(ledger, 'nightly')).toEqual([]);
  });
});

test('files that arrive make one run, also where the server ends right after it has seen them', async () => {
  const first = await server();
  await define(first.ledger, 'arrivals', { triggers: [{ kind: 'files', settleSeconds: 0 }] });
  await first.look();
  const item = { kind: 'file', size: 1, mtimeMs: 1, digest: '', partition: {} } as const;
  files = [{ ...item, path: '/in/a.csv' }];
  // It is killed before the run has begun: the run is in the ledger, nobody works on it.
  work = () => new Promise(() => undefined);
  await first.look();
  work = (ledger, run) => ended(ledger, run, { state: 'done' });
  const second = await server();
  for (let i = 0; i < 3; i++) {
    await second.look();
    await second.dispatcher.idle();
  }
  const runs = await runsOf(second.ledger, 'arrivals');
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatch(/^files\/[0-9a-f]{32} done$/);
  expect((await second.ledger.latest('arrivals'))?.spec).toMatchObject({ source: { only: ['/in/a.csv'] } });
});

test('what is heard of twice starts one run', async () => {
  const { ledger, dispatcher, look } = await server();
  await define(ledger, 'hook', { triggers: [{ kind: 'webhook' }] });
  const call = { cause: 'webhook', key: 'order-7', at: now, timeZone: 'UTC' } as const;
  const answers = await Promise.all([1, 2, 3].map(() => dispatcher.trigger('hook', call)));
  expect(answers.filter(Boolean)).toHaveLength(1);
  await look();
  await dispatcher.idle();
  expect(await runsOf(ledger, 'hook')).toEqual(['webhook/order-7 done']);
  await expect(dispatcher.trigger('hok', call)).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
});

describe('a run that fails', () => {
  const unavailable = new PlimsollError('STORE_UNAVAILABLE', { where: 'x', reason: 'away' }).toJSON();

  test('is tried again after a pause that doubles, as often as its job says', async () => {
    const { ledger, dispatcher, look } = await server();
    work = (within, run) => ended(within, run, { state: 'failed', error: unavailable });
    const retries = { attempts: 3, firstSeconds: 600, longestSeconds: 3600 };
    await define(ledger, 'flaky', { retries });
    await dispatcher.trigger('flaky', { cause: 'webhook', key: 'k', at: now, timeZone: 'UTC' });
    const starts: number[] = [];
    for (let minute = 0; minute < 60; minute++, now += MINUTE) {
      const before = worked.length;
      await look();
      await dispatcher.idle();
      if (worked.length > before) starts.push(minute);
    }
    expect(starts).toEqual([0, 10, 30]);
    expect(worked.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(await runsOf(ledger, 'flaky')).toEqual(['webhook/k failed']);
  });

  test('for what trying again cannot mend is not tried again', async () => {
    const on = await server();
    const { ledger, dispatcher } = on;
    const error = new PlimsollError('FILE_NOT_FOUND', { path: 'in.csv' }).toJSON();
    work = (within, run) => ended(within, run, { state: 'failed', error });
    await define(ledger, 'wrong', {});
    await dispatcher.trigger('wrong', { cause: 'webhook', key: 'k', at: now, timeZone: 'UTC' });
    await pass(on, '2026-10-24T20:00:00Z');
    expect(worked).toHaveLength(1);
  });

  test('by running out of its time is told to end, and says so', async () => {
    const { ledger, dispatcher, look } = await server();
    work = (_, __, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    await define(ledger, 'slow', {
      timeoutSeconds: 0.05,
      retries: { ...DEFAULT_SCHEDULE.retries, attempts: 1 },
    });
    await dispatcher.trigger('slow', { cause: 'webhook', key: 'k', at: now, timeZone: 'UTC' });
    const { id } = (await ledger.latest('slow'))!;
    await ledger.steer(id, ['queued'], { state: 'running' });
    await look();
    await dispatcher.idle();
    expect(await ledger.run(id)).toMatchObject({ state: 'failed', error: { code: 'RUN_TIMEOUT' } });
  });
});

test('a run whose process was killed goes on; one that a person works on is left to them', async () => {
  const { ledger, dispatcher, look } = await server();
  await define(ledger, 'a', {});
  await dispatcher.trigger('a', { cause: 'webhook', key: 'k', at: now, timeZone: 'UTC' });
  const orphan = (await ledger.latest('a'))!;
  const taken = await ledger.claim(orphan.id, 'dead 1', now, 60 * MINUTE);
  await ledger.change(orphan.id, taken!.fence, { state: 'running' });
  const job = { name: 'b', spec: { ...SPEC, job: 'b' }, createdAt: now, createdBy: 'me' };
  const run = { id: 'm', due: 'manual/m', spec: SPEC, createdAt: now, notBefore: 0 };
  await ledger.begin(job, { ...run, cause: 'manual', state: 'planning' });
  await ledger.claim('m', 'dead 2', now, 0);
  await look();
  await dispatcher.idle();
  expect(worked.map(({ job: name }) => name)).toEqual(['a']);
  expect((await ledger.run(orphan.id))?.state).toBe('done');
});

test('runs of one job follow one another, those of several jobs share the places there are', async () => {
  const { ledger, dispatcher, look } = await server();
  const finish: (() => void)[] = [];
  work = async (within, run) => {
    await new Promise<void>((resolve) => finish.push(resolve));
    await ended(within, run, { state: 'done' });
  };
  for (const name of ['x', 'y', 'z']) await define(ledger, name, {});
  for (const name of ['x', 'x', 'y', 'z']) {
    await dispatcher.trigger(name, { cause: 'webhook', key: `${name}${now++}`, at: now, timeZone: 'UTC' });
  }
  const working = async (count: number): Promise<void> => {
    await look();
    while (finish.length < count) await sleep(2);
  };
  await working(2);
  expect(worked.map(({ job }) => job)).toEqual(['x', 'y']);
  for (const finishing of finish.splice(0)) finishing();
  await dispatcher.idle();
  await working(2);
  expect(worked.map(({ job }) => job).toSorted()).toEqual(['x', 'x', 'y', 'z']);
  for (const finishing of finish.splice(0)) finishing();
});

describe('a damaged row', () => {
  const damage = (sql: string): void => {
    const database = new DatabaseSync(join(folder, 'jobs.sqlite'));
    expect(database.prepare(sql).run().changes).toBeGreaterThan(0);
    database.close();
  };

  test.each([
    ['job', `update jobs set spec = '{' where name = 'broken'`],
    ['run', `update runs set progress = '{' where job = 'broken'`],
  ])('of a %s keeps that job from running, and no other', async (_, sql) => {
    const one = await server();
    for (const name of ['broken', 'sound']) {
      await define(one.ledger, name, { triggers: [NIGHTLY] });
      await one.dispatcher.trigger(name, { cause: 'webhook', key: 'k', at: now, timeZone: 'UTC' });
    }
    damage(sql);
    await one.look();
    await one.dispatcher.idle();
    expect(worked.map(({ job }) => job)).toEqual(['sound']);
  });
});
