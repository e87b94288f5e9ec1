import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { EndpointView } from '../src/control/port.ts';
import { postgresBinaries, startPostgres } from '../src/store/testing/postgres.ts';
import { folder, plimsoll, type Served, served } from './cli.ts';
import { api, begun, fixture, pushed, type Rollout, rows, standing } from './rollouts/control.ts';
import { smallDisk } from './rollouts/small-disk.ts';
import { SteadyTraffic } from './rollouts/traffic.ts';

/** A candidate that begins to fail while the store is away: with a database that is stopped, and with a disk that is full. */

/** A store that can be taken away. */
interface Place {
  readonly args: readonly string[];
  away(): Promise<void>;
  back(): Promise<void>;
  remove(): Promise<void>;
}

async function stoppedDatabase(): Promise<Place> {
  const postgres = await startPostgres();
  return {
    args: ['--data', folder(), '--store', await postgres.database()],
    away: () => postgres.kill(),
    back: () => postgres.start(),
    remove: () => postgres.stop(),
  };
}

async function fullDisk(): Promise<Place> {
  const disk = smallDisk(64)!;
  return {
    args: ['--data', disk.path],
    away: async () => disk.fill(),
    back: async () => disk.free(),
    remove: async () => disk.remove(),
  };
}

const probe = smallDisk(1);
probe?.remove();
const PLACES = [
  ['a database that is stopped', stoppedDatabase, postgresBinaries() !== null],
  ['a disk that is full', fullDisk, probe !== null],
] as const;

const POLICY = {
  window: '1s',
  watermark: '1s',
  stages: [{ weight: 50, bake: '1h' }, { weight: 100 }],
  guards: { latency: false, outputs: false },
  certificate: false,
  srm: false,
};
const known = rows.filter((row) => ['north', 'east'].includes((row as { region: string }).region));
/** Those that the candidate refuses. */
const strange = rows.filter((row) => !known.includes(row));

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

/** A rollout at half of the units, under traffic that its candidate can answer until `fail`. */
async function story(place: Place, workers: string) {
  const args = [...place.args, '--workers', workers];
  let server: Served = await served([...args, `credit=${fixture('stable')}`]);
  ending.push(async () => server.stop('SIGKILL'));
  const { url } = server.said;
  await pushed(url, 'credit', fixture('erroring'));
  const rollout = await begun(url, 'credit', { strategy: 'canary', policy: POLICY });
  const asked = [...known];
  const traffic = new SteadyTraffic({ url, model: 'credit', rate: 100, rows: asked, keepAlive: false });
  ending.push(() => traffic.stop());
  const last = (count: number) => traffic.answered.slice(-count).map(({ version }) => version);
  await expect.poll(() => new Set(last(50)).size, { timeout: 20_000 }).toBe(2);
  await expect
    .poll(async () => (await standing(url, rollout)).arms[0]?.units, { timeout: 20_000 })
    .toBeGreaterThan(20);
  return {
    ...{ url, rollout, traffic, last, args },
    fail: () => void asked.splice(0, asked.length, ...strange),
    endpoint: () => api<EndpointView>(url, 'GET', 'endpoints/credit'),
    kill: async () => {
      await server.stop('SIGKILL');
      await traffic.stop();
    },
    start: async () => {
      server = await served(args);
      return server.said.url;
    },
  };
}

async function isWritten(url: string, { id }: Rollout, state: string): Promise<void> {
  const stands = async () => {
    const { state: now, endedAt, ...rest } = await standing(url, { id });
    return { now, isOver: endedAt !== null, durable: 'durable' in rest };
  };
  await expect.poll(stands, { timeout: 20_000 }).toEqual({ now: state, isOver: true, durable: false });
  const { items } = await api<{ items: { generation: number }[] }>(url, 'GET', 'endpoints/credit/routes');
  const generations = items.map(({ generation }) => generation);
  expect(generations).toEqual(generations.map((_, i) => generations.length - i));
  expect(plimsoll('audit', '--verify', '--url', url).status).toBe(0);
}

for (const [name, place, isThere] of PLACES)
  describe.skipIf(!isThere)(`${name} (skipped where it cannot be had)`, { timeout: 180_000 }, () => {
    test.each(['1', '2'])('stops no guard: everybody is back on stable, with %s workers', async (workers) => {
      const store = await place();
      ending.push(() => store.remove());
      const it = await story(store, workers);
      await store.away();
      const answered = it.traffic.answered.length;
      it.fail();
      const began = performance.now();
      await expect.poll(() => it.last(60).every((version) => version === 1), { timeout: 20_000 }).toBe(true);
      const millis = Math.round(performance.now() - began);
      const hit = it.traffic.answered.slice(answered).filter(({ version }) => version === 2).length;
      console.log(`${name}, ${workers} workers: stable after ${millis} ms, ${hit} answers by the candidate`);
      expect(await it.endpoint()).toMatchObject({ durable: false, stable: 1, route: { recording: null } });
      await store.back();
      await isWritten(it.url, it.rollout, 'rolled-back');
      expect(new Set(it.last(50))).toEqual(new Set([1]));
      expect(it.traffic.failed).toEqual([]);
    });

    test.each(['1', '2'])('hears a person, also over kill -9, with %s workers', async (workers) => {
      const store = await place();
      ending.push(() => store.remove());
      const it = await story(store, workers);
      await store.away();
      const told = plimsoll('rollout', 'abort', 'credit', '--url', it.url, '--json');
      expect([told.status, JSON.parse(told.stdout)]).toMatchObject([0, { state: 'aborted', durable: false }]);
      await wait(200);
      const from = it.traffic.answered.length;
      await expect.poll(() => it.traffic.answered.length, { timeout: 20_000 }).toBeGreaterThan(from + 50);
      expect(new Set(it.last(50))).toEqual(new Set([1]));
      expect(plimsoll('status', 'credit', '--url', it.url).stdout).toContain('in memory');
      await it.kill();
      await store.back();
      const url = await it.start();
      await isWritten(url, it.rollout, 'aborted');
      expect(await api(url, 'GET', 'endpoints/credit')).toMatchObject({ stable: 1, rollout: null });
    });
  });
