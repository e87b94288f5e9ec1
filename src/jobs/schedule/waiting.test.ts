/** Jobs that wait for what does not answer, next to others that could run. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { JobRow, Ledger, RunChange, RunRow } from '../../store/ledger/ledger.ts';
import { openLedger } from '../../store/ledger/open.ts';
import { allRows } from '../../store/pages.ts';
import type { FrozenItem } from '../chunk.ts';
import { aSpec } from '../plan/testing/plans.ts';
import { RunDispatcher } from './dispatcher.ts';
import { DEFAULT_SCHEDULE, type JobSchedule } from './schedule.ts';
import { PathSettling } from './settling.ts';

const QUIET: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const SPEC = aSpec({ source: { uri: 'in.csv', format: null }, sink: { ...aSpec().sink, uri: 'out.csv' } });
const MINUTE = 60_000;

let folder: string;
let now: number;
let list: (job: JobRow) => Promise<readonly FrozenItem[]>;
/** Whether the input of a run answers; where it does not, what became of the run is in the ledger. */
let reach: (ledger: Ledger, run: RunRow) => Promise<boolean>;
/** What is done once it has. */
let work: (ledger: Ledger, run: RunRow) => Promise<void>;
/** Jobs whose runs were tried, in order. */
let tried: string[];
const closing: (() => Promise<void>)[] = [];
let processes = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-waiting-'));
  now = Date.parse('2026-10-24T12:00:00Z');
  list = async () => [];
  tried = [];
  reach = async () => true;
  work = (ledger, run) => ended(ledger, run, { state: 'done', endedAt: now });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

const ended = async (ledger: Ledger, run: RunRow, change: RunChange): Promise<void> => {
  const taken = await ledger.claim(run.id, `worker ${processes++}`, now, 1000, run.holder ?? undefined);
  await ledger.release(run.id, taken!.fence, change);
};

/** A server with places for two runs: the first, or the next one after a restart. */
async function server(chance = 0) {
  const ledger = await openLedger(`sqlite:${join(folder, 'jobs.sqlite')}`);
  const dispatcher = new RunDispatcher({
    ...{ ledger, logger: QUIET, holder: `server ${processes++}`, concurrency: 2 },
    clock: { now: () => now, monotonic: () => now },
    random: { next: () => chance },
    list: (job) => list(job),
    settling: new PathSettling(),
    isGone: () => false,
    execute: async ({ id }, _signal, takePlace) => {
      const run = (await ledger.run(id))!;
      tried.push(run.job);
      if (!(await reach(ledger, run))) return;
      await takePlace();
      await work(ledger, run);
    },
  });
  closing.push(async () => {
    await dispatcher.stop();
    await ledger.close();
  });
  const look = async () => dispatcher.look(await allRows((page) => ledger.jobs(page)));
  return { ledger, dispatcher, look };
}

const define = (ledger: Ledger, name: string, change: Partial<JobSchedule>) =>
  ledger.define({
    ...{ name, spec: { ...SPEC, job: name }, createdAt: now, createdBy: 'test' },
    schedule: { ...DEFAULT_SCHEDULE, ...change },
  });

describe('a job whose input does not answer', () => {
  const unavailable = new PlimsollError('SOURCE_UNAVAILABLE', { where: 'db', reason: 'silent' }).toJSON();
  const call = { cause: 'webhook', key: 'k', timeZone: 'UTC' } as const;

  test('keeps no other from starting for longer than a moment, however long it is tried', async () => {
    const { ledger, dispatcher, look } = await server();
    const giveUp: (() => void)[] = [];
    reach = async (within, run) => {
      if (!run.job.startsWith('silent')) return true;
      await new Promise<void>((resolve) => giveUp.push(resolve));
      await ended(within, run, { state: 'planning', error: unavailable });
      return false;
    };
    for (const name of ['silent 1', 'silent 2', 'silent 3', 'good']) {
      await define(ledger, name, {});
      await dispatcher.trigger(name, { ...call, at: now++ });
    }
    await look();
    while (giveUp.length < 2) await sleep(2);
    now += 4000;
    await look();
    expect(tried).toEqual(['silent 1', 'silent 2']);
    now += 1000;
    await look();
    while ((await ledger.latest('good'))?.state !== 'done') await sleep(2);
    expect(tried).toEqual(['silent 1', 'silent 2', 'silent 3', 'good']);
    for (const give of giveUp) give();
    await dispatcher.idle();
  });

  test('that answers late waits for a place, behind those that have it', async () => {
    const { ledger, dispatcher, look } = await server();
    const answer: (() => void)[] = [];
    const finish: (() => void)[] = [];
    reach = async (_, { job }) => {
      if (job === 'late') await new Promise<void>((resolve) => answer.push(resolve));
      return true;
    };
    const scored: string[] = [];
    work = async (within, run) => {
      scored.push(run.job);
      await new Promise<void>((resolve) => finish.push(resolve));
      await ended(within, run, { state: 'done', endedAt: now });
    };
    for (const name of ['late', 'a', 'b', 'c']) {
      await define(ledger, name, {});
      await dispatcher.trigger(name, { ...call, at: now++ });
    }
    await look();
    now += 5000;
    await look();
    while (finish.length < 2 || answer.length < 1) await sleep(2);
    answer[0]!();
    await look();
    expect(scored).toEqual(['a', 'b']);
    finish[0]!();
    while (finish.length < 3) await sleep(2);
    expect(scored).toEqual(['a', 'b', 'late']);
    expect(tried).toEqual(['late', 'a', 'b']);
    for (const finishing of finish) finishing();
    await dispatcher.idle();
  });

  test('is tried again after pauses that grow, shows why it waits, and remembers over a restart', async () => {
    let on = await server();
    reach = async (within, run) => {
      await ended(within, run, { state: 'planning', error: unavailable });
      return false;
    };
    await define(on.ledger, 'silent', { retries: { attempts: 4, firstSeconds: 60, longestSeconds: 120 } });
    await on.dispatcher.trigger('silent', { ...call, at: now });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      await on.look();
      await on.dispatcher.idle();
      const run = (await on.ledger.latest('silent'))!;
      expect(run).toMatchObject({ state: 'queued', attempt: attempt + 1, error: unavailable });
      waits.push(run.notBefore - now);
      now = run.notBefore - 1;
      await on.dispatcher.stop();
      on = await server();
      await on.look();
      await on.dispatcher.idle();
      expect(tried).toHaveLength(attempt);
      now = run.notBefore;
    }
    expect(waits).toEqual([60_000, 120_000, 120_000]);
    await on.look();
    await on.dispatcher.idle();
    expect(await on.ledger.latest('silent')).toMatchObject({ state: 'failed', error: unavailable });
  });

  test('is tried again a little sooner by chance', async () => {
    const { ledger, dispatcher, look } = await server(0.12345678);
    reach = async () => false;
    await define(ledger, 'silent', {});
    await dispatcher.trigger('silent', { ...call, at: now });
    await look();
    await dispatcher.idle();
    expect((await ledger.latest('silent'))?.notBefore).toBe(now + 29_259);
  });

  test('that a person has started is tried as often as one with a schedule is by default', async () => {
    const { ledger, dispatcher, look } = await server();
    reach = async () => false;
    const job = { name: 'by hand', spec: { ...SPEC, job: 'by hand' }, createdAt: now, createdBy: 'me' };
    await ledger.define({ ...job, schedule: null });
    await dispatcher.trigger('by hand', { ...call, at: now });
    await look();
    await dispatcher.idle();
    const waiting = { state: 'queued', attempt: 2, notBefore: now + 30_000, error: { code: 'RUN_DIED' } };
    expect(await ledger.latest('by hand')).toMatchObject(waiting);
  });

  test('comes after those that became due while it waited', async () => {
    const { ledger, dispatcher, look } = await server();
    reach = async (within, run) => {
      if (run.job !== 'silent' || run.attempt > 1) return true;
      await ended(within, run, { state: 'planning', error: unavailable });
      return false;
    };
    for (const name of ['silent', 'early', 'late']) await define(ledger, name, {});
    await dispatcher.trigger('silent', { ...call, at: now });
    await look();
    await dispatcher.idle();
    now += 1000;
    await dispatcher.trigger('early', { ...call, at: now });
    now += MINUTE;
    await dispatcher.trigger('late', { ...call, at: now });
    for (let times = 0; times < 2; times++) {
      await look();
      await dispatcher.idle();
    }
    expect(tried).toEqual(['silent', 'early', 'silent', 'late']);
  });
});

test('what was being published stays so between two attempts, and goes before a later run of the job', async () => {
  const { ledger, dispatcher, look } = await server();
  const error = new PlimsollError('SINK_UNAVAILABLE', { where: 'x', reason: 'away', job: 'j' }).toJSON();
  work = (within, run) => ended(within, run, { state: 'publishing', error });
  await define(ledger, 'publishes', {});
  for (const key of ['first', 'second'])
    await dispatcher.trigger('publishes', { cause: 'webhook', key, at: now++, timeZone: 'UTC' });
  for (let times = 0; times < 2; times++) {
    await look();
    await dispatcher.idle();
  }
  const runs = (await ledger.runs('publishes')).items.map(({ due, state }) => [due, state]);
  expect(runs).toEqual([
    ['webhook/second', 'queued'],
    ['webhook/first', 'publishing'],
  ]);
  expect(tried).toHaveLength(1);
});

test('a look at a job that takes long holds up no look at others', { timeout: 20_000 }, async () => {
  const { ledger, dispatcher, look } = await server();
  await define(ledger, 'slow', { triggers: [{ kind: 'files', settleSeconds: 0 }] });
  let answer = (_: readonly FrozenItem[]): void => undefined;
  list = (job) => (job.name === 'slow' ? new Promise((resolve) => (answer = resolve)) : Promise.resolve([]));
  await define(ledger, 'quick', {});
  await dispatcher.trigger('quick', { cause: 'webhook', key: 'k', at: now, timeZone: 'UTC' });
  await look();
  await look();
  await dispatcher.idle();
  expect((await ledger.latest('quick'))?.state).toBe('done');
  answer([]);
});
