import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { EndpointView } from '../src/control/port.ts';
import { type Served, served } from './cli.ts';
import {
  api,
  assignedTo,
  begun,
  ended,
  fixture,
  pushed,
  type Rollout,
  rows,
  standing,
  windowsOf,
} from './rollouts/control.ts';
import { type Answered, SteadyTraffic } from './rollouts/traffic.ts';
import { call } from './serving/client.ts';

/** Every strategy over real HTTP with real models, under traffic. */

const FAST = { window: '500ms', watermark: '400ms', certificate: false };
const SHADOW = { shadow: 100, bake: '1500ms', minUnits: 50 };

let server: Served;
let url: string;
let logged = '';
beforeAll(async () => {
  const names = ['blue-green', 'shadowed', 'at-once', 'placebo', 'back', 'steered'];
  server = await served(names.map((name) => `${name}=${fixture('stable')}`));
  server.child.stderr!.on('data', (chunk) => {
    logged += chunk;
  });
  url = server.said.url;
}, 120_000);
afterAll(async () => {
  await server?.stop();
});

const endpoint = (name: string): Promise<EndpointView> => api(url, 'GET', `endpoints/${name}`);

/** Asks a model up to 100 times a second, 300 users by turns, while something is done. */
async function underTraffic<T>(model: string, work: (traffic: SteadyTraffic) => Promise<T>): Promise<T> {
  const traffic = new SteadyTraffic({ url, model, rate: 100, rows, unitOf: (n) => `user-${n % 300}` });
  try {
    return await work(traffic);
  } finally {
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
    expect(traffic.answered.filter(({ status }) => status !== 200)).toEqual([]);
  }
}

const sentAfter = ({ answered }: SteadyTraffic, moment: number): Answered[] =>
  answered.filter(({ sent }) => sent > moment);
const versionsIn = (answered: readonly Answered[]): number[] => [
  ...new Set(answered.map(({ version }) => version)),
];

/** Waits until as many requests that were sent from now on have been answered, and answers them. */
async function next(traffic: SteadyTraffic, count: number): Promise<Answered[]> {
  const now = Date.now();
  await expect.poll(() => sentAfter(traffic, now).length, { timeout: 30_000 }).toBeGreaterThan(count);
  return sentAfter(traffic, now);
}

describe('strategies', { timeout: 120_000 }, () => {
  test('blue-green: nobody, then everybody at once but a holdback, until a person goes back', async () => {
    await pushed(url, 'blue-green', fixture('good'));
    await underTraffic('blue-green', async (traffic) => {
      const policy = { ...FAST, stages: [SHADOW, { weight: 100 }], holdback: 5 };
      const rollout = await begun(url, 'blue-green', { strategy: 'blue-green', policy });
      expect(await ended(url, rollout, 60_000)).toMatchObject({ state: 'promoted', weight: 95 });
      const { ranges } = (await endpoint('blue-green')).route;
      expect(ranges.map(({ from, to, version }) => [from, to, version])).toEqual([
        [0, 9500, 2],
        [9500, 10_000, 1],
      ]);
      const after = await next(traffic, 300);
      const users = new Map(after.map(({ unit, version }) => [unit, version]));
      const heldBack = [...users.values()].filter((version) => version === 1).length;
      expect(heldBack / users.size).toBeGreaterThan(0.005);
      expect(heldBack / users.size).toBeLessThan(0.12);
      // Between nobody and all but the holdback there is nothing.
      const windows = await windowsOf(url, rollout);
      expect([...new Set(windows.map(({ weight }) => weight))]).toEqual([0, 0.95]);
      await api(url, 'POST', 'endpoints/blue-green:rollback', {});
      expect(versionsIn(await next(traffic, 50))).toEqual([1]);
    });
  });

  test('shadow: the candidate answers nobody, whoever says so, and is compared input for input', async () => {
    await pushed(url, 'shadowed', fixture('good'));
    await underTraffic('shadowed', async (traffic) => {
      const policy = { ...FAST, stages: [SHADOW] };
      const rollout = await begun(url, 'shadowed', { strategy: 'shadow', policy });
      const held = await ended(url, rollout, 60_000);
      expect(held).toMatchObject({ state: 'holding', weight: 0, left: { dropped: 0 } });
      expect(held.left.mirrored).toBeGreaterThanOrEqual(50);
      await expect(api(url, 'POST', `rollouts/${rollout.id}:promote`)).rejects.toThrow(
        /A shadow rollout routes nobody/,
      );
      await api(url, 'POST', `rollouts/${rollout.id}:abort`);
      expect(await standing(url, rollout)).toMatchObject({ state: 'aborted' });
      expect(versionsIn(traffic.answered)).toEqual([1]);
    });
  });

  test('immediate: everybody at once, on the word of a person that is kept and told', async () => {
    await pushed(url, 'at-once', fixture('good'));
    await underTraffic('at-once', async (traffic) => {
      const rollout = await begun(url, 'at-once', { strategy: 'immediate', policy: FAST });
      await expect.poll(async () => (await standing(url, rollout)).state).toBe('promoted');
      expect((await standing(url, rollout)).reason).toBe('Switched at once, without evidence');
      expect(versionsIn(await next(traffic, 50))).toEqual([2]);
      const { items } = await api<{ items: { what: string; by: string; body: unknown }[] }>(
        url,
        'GET',
        `audit?subject=rollout/${rollout.id}`,
      );
      expect(items.map(({ what }) => what)).toContain('rollout.promoted');
      expect(items[0]).toMatchObject({
        what: 'rollout.started',
        body: { strategy: 'immediate', candidate: 2 },
      });
      expect(logged).toMatch(/"msg":"[^"]*Switched at once, without evidence/);
    });
  });

  test('placebo: stable against itself goes through the stages, and changes no answer', async () => {
    await underTraffic('placebo', async (traffic) => {
      const stages = [5, 50].map((weight) => ({ weight, bake: '1s', minUnits: 5 }));
      const policy = { ...FAST, stages: [...stages, { weight: 100 }], maxTime: '8s' };
      const rollout = await begun(url, 'placebo', { strategy: 'placebo', candidate: 1, policy });
      const over = await ended(url, rollout, 60_000);
      expect(versionsIn(traffic.answered)).toEqual([1]);
      const [candidate, stable] = over.arms;
      expect([candidate!.version, stable!.version]).toEqual([1, 1]);
      expect(Math.min(candidate!.units, stable!.units)).toBeGreaterThan(5);
      expect(over.state).not.toBe('promoted');
      expect(over.harmedUnits).toBeLessThan(candidate!.units);
      await expect.poll(async () => (await endpoint('placebo')).rollout, { timeout: 20_000 }).toBe(null);
      expect(await endpoint('placebo')).toMatchObject({ stable: 1, route: { ranges: [{ version: 1 }] } });
    });
  });

  test('rollback: an older version answers everybody within a second, and no request is lost', async () => {
    for (const name of ['good', 'slow']) {
      const candidate = await pushed(url, 'back', fixture(name));
      const rollout = await begun(url, 'back', { strategy: 'immediate', candidate });
      await expect.poll(async () => (await standing(url, rollout)).state).toBe('promoted');
      await expect.poll(async () => (await endpoint('back')).rollout).toBe(null);
    }
    // While the route changes there are always requests that the slow version has begun and not answered.
    await underTraffic('back', async (traffic) => {
      expect(versionsIn(await next(traffic, 30))).toEqual([3]);
      const asked = Date.now();
      await api(url, 'POST', 'endpoints/back:rollback', { to: 1 });
      const said = Date.now();
      await next(traffic, 60);
      const last = traffic.answered.findLast(({ version }) => version === 3)!;
      console.log(
        `rollback: answered after ${said - asked} ms, last candidate answer after ${last.at - asked} ms`,
      );
      expect(last.sent - asked).toBeLessThan(1000);
      // Once it is said to be done it is done.
      expect(versionsIn(sentAfter(traffic, said))).toEqual([1]);
    });
  });
});

describe('who gets what', { timeout: 60_000 }, () => {
  let rollout: Rollout;
  beforeAll(async () => {
    await pushed(url, 'steered', fixture('good'));
    // Without marks to freeze, whose route takes a window of its own: every unit is counted.
    const guards = { latency: false, outputs: false };
    const policy = { ...FAST, guards, stages: [{ weight: 50, bake: '1h' }, { weight: 100 }] };
    rollout = await begun(url, 'steered', { strategy: 'canary', policy });
    await vi.waitFor(async () => expect((await endpoint('steered')).route.ranges).toHaveLength(2), 10_000);
    const change = {
      generation: (await endpoint('steered')).generation,
      unit: { header: 'x-user', cookie: 'session', field: 'customer' },
      rules: [{ header: 'x-staff', values: ['yes', 'trainee'], version: 2 }],
    };
    await api(url, 'PATCH', 'endpoints/steered', change);
    // The rollout answers with a route of its own, and goes on counting from there.
    const followed = new RegExp(
      `^plimsoll_route_generation\\{endpoint="steered"\\} ${change.generation + 2}$`,
      'm',
    );
    await vi.waitFor(async () => expect((await call(`${url}/metrics`)).text).toMatch(followed), 10_000);
  }, 60_000);

  const ROW = { rows: [rows[0]] };
  const versionFor = async (headers: Record<string, string>, body: object = ROW): Promise<number> => {
    const reply = await call(`${url}/models/steered/predict`, { headers, body });
    expect(reply.status).toBe(200);
    return Number(reply.headers['x-model-version']);
  };

  test('a unit gets what explain says, whether its id is in a header, a cookie or the body', async () => {
    const seen = new Set<number>();
    for (let k = 0; k < 40; k++) {
      const id = `käufer ${k}`;
      const text = encodeURIComponent(id);
      const explained = await api<{ version: number; arm: string; bucket: number }>(
        url,
        'GET',
        `endpoints/steered/explain?unit=${encodeURIComponent(text)}`,
      );
      seen.add(explained.version);
      expect(explained.version).toBe(explained.bucket < 5000 ? 2 : 1);
      expect(await versionFor({ 'x-user': text })).toBe(explained.version);
      expect(await versionFor({ cookie: `theme=dark; session=${text}` })).toBe(explained.version);
      expect(await versionFor({}, { customer: text, ...ROW })).toBe(explained.version);
      // In the body it may be any text, and what stands first counts.
      const inBody = await api<{ version: number }>(url, 'GET', `endpoints/steered/explain?unit=${text}`);
      expect(await versionFor({}, { ...ROW, customer: id })).toBe(inBody.version);
      expect(await versionFor({ 'x-user': text }, { ...ROW, customer: id })).toBe(explained.version);
    }
    expect(seen).toEqual(new Set([1, 2]));
  });

  test('a header rule comes before the unit, and its answers are counted in no arm', async () => {
    const counted = async () => {
      const windows = await windowsOf(url, rollout);
      return assignedTo(windows, 'candidate') + assignedTo(windows, 'stable');
    };
    const answers = (staff: string, user: (k: number) => Record<string, string>) =>
      Promise.all(Array.from({ length: 30 }, (_, k) => versionFor({ 'x-staff': staff, ...user(k) })));
    // Those of the test before, and the one who was asked for here.
    await expect.poll(counted).toBe(80);
    expect(new Set(await answers('trainee', (k) => ({ 'x-user': `new-${k}` })))).toEqual(new Set([2]));
    expect(new Set(await answers('no', (k) => ({ 'x-user': `newer-${k}` })))).toEqual(new Set([1, 2]));
    await expect.poll(counted).toBe(80 + 30);
  });

  test('a change that knows an old generation is refused with the new one', async () => {
    const { generation } = await endpoint('steered');
    await expect(
      api(url, 'PATCH', 'endpoints/steered', { generation: generation - 1, rules: [] }),
    ).rejects.toThrow(new RegExp(`409 .*GENERATION_CONFLICT.*${generation}`));
    expect((await endpoint('steered')).route.rules).toHaveLength(1);
  });
});
