/** Jobs that start by themselves, with real runs of a real model: each once, over restarts and the end of summer time. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunView } from '../../src/jobs/port.ts';
import { type JobsRuntime, openJobsRuntime } from '../../src/server/jobs/runtime.ts';
import { example } from '../cli.ts';

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
const LIMIT = 120_000;
const HEADER = 'id,sepal_length,sepal_width,petal_length,petal_width';

let folder: string;
let now: number;
let servers: JobsRuntime[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-triggers-'));
  for (const name of ['in', 'out', 'data']) mkdirSync(join(folder, name));
  servers = [];
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The part of a server for jobs, by a clock that the test turns. */
async function server(): Promise<JobsRuntime> {
  const clock = { now: () => now, monotonic: () => performance.now() };
  const url = `sqlite:${join(folder, 'data/jobs.sqlite')}`;
  const opened = await openJobsRuntime({ dataDir: join(folder, 'data'), url, logger: QUIET, clock });
  servers.push(opened);
  return opened;
}

/** Complete under its name or not there at all. */
function arrive(name: string, ...ids: readonly number[]): void {
  const draft = join(folder, 'draft.csv');
  writeFileSync(draft, [HEADER, ...ids.map((id) => `${id},5.1,3.5,1.4,0.2`), ''].join('\n'));
  renameSync(draft, join(folder, 'in', name));
}

const document = (triggers: readonly unknown[]): unknown => ({
  model: example('iris.joblib'),
  input: join(folder, 'in/*.csv'),
  key: 'id',
  output: join(folder, 'out/{run}.csv'),
  schedule: { triggers },
});

const runsOf = async ({ jobs }: JobsRuntime, job: string): Promise<readonly RunView[]> =>
  (await jobs.runs(job)).items.toReversed();

/** Looks until a job has so many runs, and all of them have ended. */
async function ended(on: JobsRuntime, job: string, count: number): Promise<readonly RunView[]> {
  for (let waited = 0; waited < LIMIT; waited += 100) {
    await on.look();
    const runs = await runsOf(on, job);
    if (runs.length >= count && runs.every(({ endedAt }) => endedAt !== null)) return runs;
    await sleep(100);
  }
  throw new Error(JSON.stringify(await runsOf(on, job)));
}

const keysIn = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0]!);

const outputs = (): readonly (readonly string[])[] =>
  readdirSync(join(folder, 'out'))
    .filter((name) => name.endsWith('.csv'))
    .map((name) => keysIn(join(folder, 'out', name)))
    .toSorted();

test(
  'a nightly job runs once a night over a restart and the night in which 02:30 comes twice',
  async () => {
    arrive('rows.csv', 1, 2, 3);
    now = Date.parse('2026-10-24T20:00:00Z');
    const first = await server();
    const nightly = { kind: 'cron', cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
    await first.jobs.define('nightly', document([nightly]), { by: 'test' });
    await first.look();
    now = Date.parse('2026-10-25T00:30:00Z');
    await ended(first, 'nightly', 1);
    await first.close();
    servers.splice(0);
    // 02:30 for the second time, and the rest of the next day and night, under a server that was started anew.
    const second = await server();
    for (const time of ['2026-10-25T01:30:00Z', '2026-10-25T12:00:00Z', '2026-10-26T01:30:00Z']) {
      now = Date.parse(time);
      await second.look();
    }
    const runs = await ended(second, 'nightly', 2);
    expect(runs.map(({ due, state, error }) => [due, state, error])).toEqual([
      ['schedule/2026-10-25T02:30:00+02:00', 'done', null],
      ['schedule/2026-10-26T02:30:00+01:00', 'done', null],
    ]);
    expect(outputs()).toEqual([
      ['1', '2', '3'],
      ['1', '2', '3'],
    ]);
  },
  LIMIT,
);

test(
  'each file that arrives is scored once, alone, also where the server ends in between',
  async () => {
    now = Date.parse('2026-11-01T12:00:00Z');
    arrive('old.csv', 1);
    const first = await server();
    await first.jobs.define('arrivals', document([{ kind: 'files', settleSeconds: '5s' }]), { by: 'test' });
    await first.look();
    arrive('b.csv', 10, 11);
    await first.look();
    now += 6000;
    await first.look();
    // The run is on record and has begun; this server goes before it is done.
    await first.close();
    servers.splice(0);
    const second = await server();
    await ended(second, 'arrivals', 1);
    arrive('c.csv', 12);
    await second.look();
    now += 6000;
    const runs = await ended(second, 'arrivals', 2);
    expect(runs.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(outputs()).toEqual([['10', '11'], ['12']]);
  },
  LIMIT,
);

test(
  'a webhook starts one run for each key, and a job after it follows once',
  async () => {
    now = Date.parse('2026-11-01T12:00:00Z');
    arrive('rows.csv', 1);
    const on = await server();
    await on.jobs.define('hook', document(['webhook']), { by: 'test' });
    await on.jobs.define('after', document([{ kind: 'upstream', job: 'hook' }]), { by: 'test' });
    await on.look();
    const starts = await Promise.all([1, 2, 3].map(() => on.jobs.start('hook', 'webhook', 'order-7')));
    expect(starts.filter(({ isNew }) => isNew)).toHaveLength(1);
    await ended(on, 'hook', 1);
    const runs = await ended(on, 'after', 1);
    expect(runs.map(({ cause, state }) => [cause, state])).toEqual([['upstream', 'done']]);
    expect((await runsOf(on, 'hook')).map(({ due }) => due)).toEqual(['webhook/order-7']);
  },
  LIMIT,
);
