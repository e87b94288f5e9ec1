import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EndpointView } from '../src/control/port.ts';
import { type PostgresServer, postgresBinaries, startPostgres } from '../src/store/testing/postgres.ts';
import { folder, type Served, served } from './cli.ts';
import {
  api,
  assignedTo,
  begun,
  ended,
  fixture,
  pushed,
  rows,
  standing,
  windowsOf,
} from './rollouts/control.ts';
import { type Answered, SteadyTraffic } from './rollouts/traffic.ts';

/** Two servers, each with a data folder of its own, share a database: one decides, both answer and are counted. */

const COUNTING = {
  window: '2s',
  watermark: '2s',
  stages: [{ weight: 50, bake: '1h' }, { weight: 100 }],
  guards: { errors: false, latency: false, outputs: false },
  certificate: false,
  srm: false,
};
/** Errors alone decide, at once. */
const QUICK = {
  window: '500ms',
  watermark: '2s',
  stages: [{ weight: 50, bake: '2s', minUnits: 20 }, { weight: 100 }],
  guards: { latency: false, outputs: false },
  certificate: false,
};
const MODELS = ['counted', 'harmed', 'sound', 'killed', 'lacking'];

const ROW = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ rows: [rows[0]] }),
};

let postgres: PostgresServer;
/** The first owns the rollouts. */
let owner: Served;
let other: Served;

let store: string;
let bundles: string;

async function replica(data: string, ...args: readonly string[]): Promise<Served> {
  const models = MODELS.map((name) => `${name}=${fixture('stable')}`);
  return served([...models, '--data', data, '--store', store, ...args]);
}

const startBoth = async (): Promise<void> => {
  postgres = await startPostgres();
  store = await postgres.database();
  const [one, two] = [folder(), folder()];
  bundles = join(one, 'bundles');
  mkdirSync(bundles);
  symlinkSync(bundles, join(two, 'bundles'));
  owner = await replica(one);
  other = await replica(two, '--workers', '2');
};

const urls = (): readonly string[] => [owner.said.url, other.said.url];

/** The same users at both, in turns. */
const trafficTo = (model: string, rate: number, users: number): readonly SteadyTraffic[] =>
  urls().map(
    (url, at) =>
      new SteadyTraffic({
        ...{ url, model, rate: rate / 2, rows, keepAlive: false },
        unitOf: (n) => `user-${(n * 7 + at * 3) % users}`,
      }),
  );

const unitsOf = (answered: readonly Answered[], version: number): number =>
  new Set(answered.filter((one) => one.version === version).map(({ unit }) => unit)).size;

/** When the newest route of an endpoint was written. */
async function flippedAt(model: string): Promise<number> {
  const { items } = await api<{ items: { at: number }[] }>(
    owner.said.url,
    'GET',
    `endpoints/${model}/routes?limit=1`,
  );
  return items[0]!.at;
}

describe.skipIf(postgresBinaries() === null)('two servers over one database', { timeout: 120_000 }, () => {
  beforeAll(startBoth, 180_000);
  afterAll(async () => {
    await owner?.stop('SIGKILL');
    await other?.stop();
    await postgres?.stop();
  }, 60_000);

  test('count a unit once, whichever of them it met, in windows in which nothing is missing', async () => {
    const [url = '', second = ''] = urls();
    await pushed(url, 'counted', fixture('good'));
    const rollout = await begun(second, 'counted', { strategy: 'canary', policy: COUNTING });
    for (const at of urls())
      await expect
        .poll(async () => (await api<EndpointView>(at, 'GET', 'endpoints/counted')).route.ranges.length)
        .toBe(2);
    await wait(1000);
    const traffic = trafficTo('counted', 160, 150);
    await wait(8000);
    for (const one of traffic) await one.stop();
    const answered = traffic.flatMap((one) => one.answered);
    expect(traffic.flatMap(({ failed }) => failed)).toEqual([]);
    const last = Math.max(...answered.map(({ at }) => at));
    await expect
      .poll(
        async () => (await windowsOf(url, rollout)).some(({ start }) => Date.parse(start) + 2000 > last),
        {
          timeout: 20_000,
        },
      )
      .toBe(true);
    const windows = await windowsOf(second, rollout);
    expect((await standing(url, rollout)).left.missingParts).toBe(0);
    expect(assignedTo(windows, 'candidate')).toBe(unitsOf(answered, 2));
    expect(assignedTo(windows, 'stable')).toBe(unitsOf(answered, 1));
    expect(unitsOf(answered, 1) + unitsOf(answered, 2)).toBe(150);
  });

  test('obey orders that are given to the one that does not decide, and refuse them in its words', async () => {
    const [url = '', second = ''] = urls();
    const { rollout } = await api<EndpointView>(second, 'GET', 'endpoints/counted');
    if (rollout === null) throw new Error('no rollout runs');
    for (const [word, state] of [
      ['pause', 'holding'],
      ['resume', 'running'],
    ]) {
      const began = performance.now();
      await api(second, 'POST', `rollouts/${rollout.id}:${word}`, {});
      expect((await standing(url, rollout)).state).toBe(state);
      console.log(`${word} through the other: ${Math.round(performance.now() - began)} ms`);
    }
    const again = begun(second, 'counted', { strategy: 'canary', policy: COUNTING });
    await expect(again).rejects.toThrow(/ROLLOUT_REFUSED/);
    const began = performance.now();
    await api(second, 'POST', 'endpoints/counted:rollback', {});
    console.log(`rollback through the other: ${Math.round(performance.now() - began)} ms`);
    expect((await standing(url, rollout)).state).toBe('aborted');
  });

  test('take a bad candidate back on both within a second', async () => {
    const [url = ''] = urls();
    await pushed(url, 'harmed', fixture('erroring'));
    const traffic = trafficTo('harmed', 160, 1e9);
    const rollout = await begun(url, 'harmed', { strategy: 'canary', policy: QUICK });
    const { state } = await ended(url, rollout, 60_000);
    await wait(1500);
    for (const one of traffic) await one.stop();
    expect(state).toBe('rolled-back');
    const at = await flippedAt('harmed');
    const lags = traffic.map(({ answered }) => {
      const bad = answered.filter(({ version }) => version === 2);
      expect(bad.length).toBeGreaterThan(0);
      return Math.max(...bad.map(({ sent }) => sent)) - at;
    });
    console.log(`last request to the bad candidate after the route was written: ${lags.join(' and ')} ms`);
    expect(Math.max(...lags)).toBeLessThan(1000);
  });

  test('promote a good candidate on both', async () => {
    const [url = ''] = urls();
    await pushed(url, 'sound', fixture('good'));
    const traffic = trafficTo('sound', 160, 1e9);
    const rollout = await begun(url, 'sound', { strategy: 'canary', policy: QUICK });
    expect((await ended(url, rollout, 60_000)).state).toBe('promoted');
    await wait(1000);
    const from = Date.now();
    await wait(500);
    for (const one of traffic) await one.stop();
    for (const { answered } of traffic)
      expect(new Set(answered.filter(({ sent }) => sent > from).map(({ version }) => version))).toEqual(
        new Set([2]),
      );
  });

  test('route nobody to a version that a third one lacks, until it gets the file', async () => {
    const [url = ''] = urls();
    const data = folder();
    const start = () => served([`lacking=${fixture('stable')}`, '--data', data, '--store', store]);
    await expect(start()).rejects.toThrow(/"BUNDLE_GONE".*share the folder DATA\/bundles/);
    cpSync(bundles, join(data, 'bundles'), { recursive: true });
    const third = await start();
    try {
      await pushed(url, 'lacking', fixture('shifted'));
      const { id } = await begun(url, 'lacking', { strategy: 'canary', policy: COUNTING });
      const weight = async () => (await standing(url, { id })).weight;
      await wait(3000);
      expect(await weight()).toBe(0);
      const answer = async () => (await fetch(`${third.said.url}/models/lacking/predict`, ROW)).status;
      expect(await answer()).toBe(200);
      await pushed(third.said.url, 'lacking', fixture('shifted'));
      await expect.poll(weight, { timeout: 15_000 }).toBe(50);
      await api(third.said.url, 'POST', `rollouts/${id}:abort`, {});
    } finally {
      await third.stop();
    }
  });

  test('lose the owner in mid-rollout: the other answers on, and decides within a quarter of a minute', async () => {
    const [url = '', second = ''] = urls();
    await pushed(url, 'killed', fixture('good'));
    const rollout = await begun(url, 'killed', { strategy: 'canary', policy: COUNTING });
    const traffic = new SteadyTraffic({ url: second, model: 'killed', rate: 60, rows });
    await expect
      .poll(async () => (await windowsOf(second, rollout)).length, { timeout: 20_000 })
      .toBeGreaterThan(1);
    await owner.stop('SIGKILL');
    const killed = performance.now();
    const before = (await windowsOf(second, rollout)).length;
    const obeyed = () =>
      api(second, 'POST', `rollouts/${rollout.id}:pause`, {}).then(
        () => true,
        () => false,
      );
    await expect.poll(obeyed, { timeout: 30_000, interval: 250 }).toBe(true);
    console.log(`obeyed ${Math.round(performance.now() - killed)} ms after the owner was killed`);
    await expect
      .poll(async () => (await windowsOf(second, rollout)).length, { timeout: 30_000 })
      .toBeGreaterThan(before + 2);
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
    expect(traffic.answered.every(({ status }) => status === 200)).toBe(true);
    await api(second, 'POST', `rollouts/${rollout.id}:abort`, {});
    expect((await standing(second, rollout)).state).toBe('aborted');
  });
});
