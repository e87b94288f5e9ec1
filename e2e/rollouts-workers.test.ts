import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, served } from './cli.ts';
import { workersOf } from './processes.ts';
import { api, assignedTo, begun, fixture, pushed, rows, standing, windowsOf } from './rollouts/control.ts';
import { type Answered, SteadyTraffic } from './rollouts/traffic.ts';

/** Two workers answer the same units: what is counted are the units, once, whoever answered and whoever died. */

const WINDOW_MILLIS = 2000;
/** A request's window is that of the server when it is answered: so near to a border it may be either. */
const BORDER_MILLIS = 300;
/** Half of the units for good, and no guard: the candidate, which fails, goes on to be counted. */
const COUNTING = {
  window: `${WINDOW_MILLIS}ms`,
  // Longer than any piece is late on a busy machine: what is missing has been lost.
  watermark: '8s',
  stages: [{ weight: 50, bake: '1h' }, { weight: 100 }],
  guards: { errors: false, latency: false, outputs: false },
  certificate: false,
  srm: false,
};

let server: Served;
beforeAll(async () => {
  const models = ['counted', 'killed'].map((name) => `${name}=${fixture('stable')}`);
  server = await served([...models, '--workers', '2']);
}, 120_000);
afterAll(async () => {
  await server?.stop();
});

async function half(model: string) {
  const { url } = server.said;
  await pushed(url, model, fixture('erroring'));
  const rollout = await begun(url, model, { strategy: 'canary', policy: COUNTING });
  const route = async () =>
    (await api<{ route: { ranges: unknown[] } }>(url, 'GET', `endpoints/${model}`)).route.ranges.length;
  await expect.poll(route).toBe(2);
  return rollout;
}

const unitsOf = (answered: readonly Answered[]): number => new Set(answered.map(({ unit }) => unit)).size;
const ofVersion = (answered: readonly Answered[], version: number): Answered[] =>
  answered.filter((one) => one.version === version);

/** Waits until every window that holds one of the answers is closed. */
async function closedAfter(rollout: { readonly id: string }, last: number) {
  const { url } = server.said;
  const isClosed = async () =>
    (await windowsOf(url, rollout)).some(({ start }) => Date.parse(start) + WINDOW_MILLIS > last);
  await expect.poll(isClosed, { timeout: 30_000, interval: 200 }).toBe(true);
  return windowsOf(url, rollout);
}

describe('serve --workers 2', { timeout: 120_000 }, () => {
  test('a unit whose requests hit several workers is counted once, and so is its failure', async () => {
    const { url } = server.said;
    const rollout = await half('counted');
    const traffic = new SteadyTraffic({
      ...{ url, model: 'counted', rate: 200, rows, keepAlive: false },
      unitOf: (n) => `user-${(n * 7) % 150}`,
    });
    await wait(4 * WINDOW_MILLIS);
    await traffic.stop();
    const { answered, failed } = traffic;
    expect(failed).toEqual([]);
    const windows = await closedAfter(rollout, answered.at(-1)!.at);
    const workers = (unit: string): number =>
      new Set(answered.filter((one) => one.unit === unit).map(({ by }) => by)).size;
    const users = [...new Set(answered.map(({ unit }) => unit))];
    expect(users.filter((unit) => workers(unit) === 2).length).toBeGreaterThan(100);

    const [candidate, stable] = [ofVersion(answered, 2), ofVersion(answered, 1)];
    expect(unitsOf(candidate) + unitsOf(stable)).toBe(users.length);
    expect(assignedTo(windows, 'candidate')).toBe(unitsOf(candidate));
    expect(assignedTo(windows, 'stable')).toBe(unitsOf(stable));
    const harmed = candidate.filter(({ status }) => status !== 200);
    const failures = windows.reduce((sum, { arms }) => sum + arms.candidate.failures, 0);
    expect(failures).toBe(unitsOf(harmed));
    expect(windows.every(({ arms }) => arms.stable.failures === 0)).toBe(true);
    console.log(
      `${answered.length} requests of ${users.length} units; ${harmed.length} of ${candidate.length} of the candidate failed, ${failures} units harmed`,
    );
    expect((await standing(url, rollout)).left.missingParts).toBe(0);
  });

  test('of a worker killed in mid-window the part is missing in both arms, and the rollout goes on', async () => {
    const { url } = server.said;
    const rollout = await half('killed');
    // A unit each: what is not counted has been missing.
    const traffic = new SteadyTraffic({ url, model: 'killed', rate: 100, rows, keepAlive: false });
    await expect.poll(() => windowsOf(url, rollout), { timeout: 30_000 }).not.toEqual([]);
    const [known] = await windowsOf(url, rollout);
    const [victim] = workersOf(server.child.pid!);
    const fromMiddle = () => ((Date.now() - Date.parse(known!.start)) % WINDOW_MILLIS) - WINDOW_MILLIS / 2;
    do await wait(20);
    while (Math.abs(fromMiddle()) > 200);
    const killed = Date.now();
    const begin = killed - fromMiddle() - WINDOW_MILLIS / 2;
    process.kill(victim!, 'SIGKILL');
    await wait(3 * WINDOW_MILLIS);
    await traffic.stop();
    const { answered } = traffic;
    const windows = await closedAfter(rollout, answered.at(-1)!.at);
    const { state, left } = await standing(url, rollout);
    expect(state).toBe('running');
    // That of the window, where some of it had come, and of windows that began before its death was noticed.
    expect(left.missingParts).toBeLessThanOrEqual(3);

    const last = answered.at(-1)!.at;
    const survivors = new Set(answered.filter(({ at }) => at > last - 500).map(({ by }) => by));
    const ofDead = answered.filter(({ by }) => !survivors.has(by));
    expect(ofDead.length).toBeGreaterThan(20);
    const lost = ofDead.filter(({ at }) => at > begin + BORDER_MILLIS);
    const border = ofDead.filter(({ at }) => Math.abs(at - begin) <= BORDER_MILLIS);
    for (const [arm, version] of [
      ['candidate', 2],
      ['stable', 1],
    ] as const) {
      const most = unitsOf(ofVersion(answered, version)) - unitsOf(ofVersion(lost, version));
      const counted = assignedTo(windows, arm);
      console.log(
        `${arm}: ${counted} of ${unitsOf(ofVersion(answered, version))} units counted, at most ${most}`,
      );
      expect(counted).toBeLessThanOrEqual(most);
      expect(counted).toBeGreaterThanOrEqual(most - unitsOf(ofVersion(border, version)));
    }
  });
});
