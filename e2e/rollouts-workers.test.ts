import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, served } from './cli.ts';
import { workersOf } from './processes.ts';
import { api, assignedTo, begun, fixture, pushed, rows, standing, windowsOf } from './rollouts/control.ts';
import { type Answered, SteadyTraffic } from './rollouts/traffic.ts';

/** Two workers answer the same units: what is counted are the units, once, whoever answered and whoever died. */

const WINDOW_MILLIS = 2000;
/** From the client's having an answer to its being counted, where the processor was taken in between. */
const COUNTED_LATE_MILLIS = 50;
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
const byWhom = (answered: readonly Answered[]): Set<string> => new Set(answered.map(({ by }) => by));
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
    // Most have asked both workers, in two windows at the least.
    const isEnough = () => {
      const { answered } = traffic;
      const units = [...Map.groupBy(answered, ({ unit }) => unit).values()];
      const span = (answered.at(-1)?.sent ?? 0) - (answered[0]?.at ?? 0);
      return units.filter((one) => byWhom(one).size === 2).length > 100 && span > 2 * WINDOW_MILLIS;
    };
    await expect.poll(isEnough, { timeout: 60_000 }).toBe(true);
    await traffic.stop();
    const { answered, failed } = traffic;
    expect(failed).toEqual([]);
    const windows = await closedAfter(rollout, answered.at(-1)!.at);
    const users = [...new Set(answered.map(({ unit }) => unit))];
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
    const intoWindow = () => (Date.now() - Date.parse(known!.start)) % WINDOW_MILLIS;
    // Late enough for the last piece of the window before, which a busy machine sends late, to have come.
    do await wait(20);
    while (intoWindow() < 0.6 * WINDOW_MILLIS || intoWindow() > 0.9 * WINDOW_MILLIS);
    const begin = Date.now() - intoWindow();
    process.kill(victim!, 'SIGKILL');
    // There is a third one, and whoever answers from then on lives.
    await expect.poll(() => byWhom(traffic.answered).size, { timeout: 30_000 }).toBe(3);
    const { length } = traffic.answered;
    const survivors = () => byWhom(traffic.answered.slice(length));
    await expect.poll(() => survivors().size, { timeout: 30_000 }).toBe(2);
    await traffic.stop();
    const { answered } = traffic;
    const windows = await closedAfter(rollout, answered.at(-1)!.at);
    const { state, left } = await standing(url, rollout);
    expect(state).toBe('running');
    // That of the window, where some of it had come, and of windows that began before its death was noticed.
    expect(left.missingParts).toBeLessThanOrEqual(3);

    const ofDead = answered.filter(({ by }) => !survivors().has(by));
    expect(ofDead.length).toBeGreaterThan(20);
    // A request's window is that of the server once it is answered: on the border of two it may be either, and a busy server counts late.
    const lost = ofDead.filter(({ sent }) => sent > begin);
    const border = ofDead.filter(({ sent, at }) => sent <= begin && at >= begin - COUNTED_LATE_MILLIS);
    expect(lost.length).toBeGreaterThan(0);
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
