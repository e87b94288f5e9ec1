import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import { firstBreak } from '../../store/audit-chain.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { rejectionCodeOf } from '../../store/testing/stores.ts';
import { type Absence, absentable } from './testing/away.ts';
import {
  ManualClock,
  type Plane,
  planeOf,
  prepare,
  rolloutRow,
  ScriptedFleet,
  trafficOf,
} from './testing/world.ts';

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

/** What is kept over restarts, as a file that a full disk cannot spoil. */
class Kept {
  value: unknown = null;
  read = (): unknown => this.value;
  write = (value: unknown): void => {
    this.value = structuredClone(value);
  };
  reserve = (): void => undefined;
}

const weightOf = ({ ranges }: PlaneSnapshot['routes'][number]): number =>
  ranges.filter(({ version }) => version === 2).reduce((sum, { from, to }) => sum + to - from, 0);

/** A canary at 5 % whose candidate fails for `failing()` of a hundred of its units from then on. */
async function worldOf(policy: object = {}) {
  const real = await openStore('sqlite::memory:');
  opened.push(real);
  await prepare(real);
  const away = absentable(real);
  const clock = new ManualClock();
  const world = { failing: 0 };
  const fleet = new ScriptedFleet(clock, (...given) => trafficOf(2000, world.failing)(...given));
  const file = new Kept();
  let plane: Plane = planeOf(away.store, fleet, clock, 'one', { file });
  fleet.join();
  await plane.controller.start();
  const row = rolloutRow();
  await plane.controller.begin({ ...row, policy: { ...(row.policy as object), ...policy } });
  return {
    ...{ real, away, clock, fleet, file, world },
    get plane() {
      return plane;
    },
    weight: () => weightOf(fleet.route),
    pass: async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        clock.pass(1000);
        fleet.send();
        await plane.controller.tick();
      }
    },
    /** The process ends without a word, and the next one begins; false where it cannot begin yet. */
    restart: async (): Promise<boolean> => {
      plane = planeOf(away.store, fleet, clock, 'one', { file });
      fleet.join();
      try {
        await plane.publisher.publish();
        await plane.controller.start();
        return true;
      } catch {
        return false;
      }
    },
  };
}

const LONG = { stages: [{ weight: 5, bake: '6h', minUnits: 10 }, { weight: 100 }] };

async function holdTogether(store: Store): Promise<void> {
  const events = await store.tables.rollouts.events('ro_1', 0, 1000);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i));
  const routes = (await store.tables.endpoints.history('churn', { limit: 1000 })).items.toReversed();
  expect(routes.map(({ generation }) => generation)).toEqual(routes.map((_, i) => i + 1));
  const audit = (await store.tables.audit.list({ limit: 1000 })).items;
  expect(firstBreak(audit)).toBeNull();
}

describe.each(['unreachable', 'full'] as const)('a store that is %s', (absence) => {
  it('lets a guard take everybody back within a tick of the window that shows harm', async () => {
    const it = await worldOf(LONG);
    await it.pass(5);
    expect(it.weight()).toBe(500);
    it.away.absence = absence;
    it.world.failing = 60;
    let seconds = 0;
    while (it.weight() > 0 && seconds < 60) {
      await it.pass(1);
      seconds++;
    }
    expect([it.weight(), seconds <= 10]).toEqual([0, true]);
    expect((await it.real.tables.rollouts.get('ro_1'))?.state).toBe('running');
    await it.pass(30);
    it.away.absence = 'there';
    await it.pass(10);
    expect(await it.real.tables.rollouts.get('ro_1')).toMatchObject({
      state: 'rolled-back',
      rolledBackAutomatically: true,
    });
    expect(await it.real.tables.endpoints.get('churn')).toMatchObject({ stable: 1, rollout: null });
    expect([it.weight(), it.plane.overrides.all]).toEqual([0, []]);
    await holdTogether(it.real);
  });

  it.each(['abort', 'rest'] as const)('lets a person take everybody back at once: %s', async (word) => {
    const it = await worldOf(LONG);
    await it.pass(3);
    it.away.absence = absence;
    await it.pass(5);
    const actor = { by: 'ann', reason: 'customers call' };
    const { controller } = it.plane;
    await (word === 'abort'
      ? controller.command('ro_1', 'abort', actor)
      : controller.restOn('ro_1', 1, actor));
    expect(it.weight()).toBe(0);
    expect((await controller.snapshot('ro_1')).status.state).toBe('aborted');
    it.away.absence = 'there';
    await it.pass(10);
    expect((await it.real.tables.rollouts.get('ro_1'))?.state).toBe('aborted');
    const audit = (await it.real.tables.audit.list()).items;
    expect(audit.filter(({ by, what }) => by === 'ann' && what === 'rollout.aborted')).toHaveLength(1);
    expect(it.plane.overrides.all).toEqual([]);
    await holdTogether(it.real);
  });

  it('lets nobody advance, and goes on where it was once it is back', async () => {
    const it = await worldOf();
    await it.pass(2);
    it.away.absence = absence;
    const before = it.weight();
    await it.pass(60);
    expect(it.weight()).toBe(before);
    expect(await rejectionCodeOf(it.plane.controller.command('ro_1', 'promote', { by: 'ann' }))).toMatch(
      /^STORE_/,
    );
    expect(it.weight()).toBe(before);
    it.away.absence = 'there';
    await it.pass(60);
    expect((await it.real.tables.rollouts.get('ro_1'))?.state).toBe('promoted');
    const said = (await it.real.tables.rollouts.events('ro_1', 0, 1000)).flatMap(({ kind, body }) =>
      kind === 'command' ? [(body as { kind: string }).kind] : [],
    );
    expect(said).toEqual(['pause', 'resume']);
    await holdTogether(it.real);
  });

  it('takes nobody back to the candidate after a process that was killed meanwhile', async () => {
    const it = await worldOf(LONG);
    await it.pass(3);
    it.away.absence = absence;
    it.world.failing = 60;
    await it.pass(20);
    expect(it.weight()).toBe(0);
    expect(await it.restart()).toBe(false);
    it.away.absence = 'there';
    const { length } = it.fleet.snapshots;
    expect(await it.restart()).toBe(true);
    await it.pass(10);
    const weights = it.fleet.snapshots.slice(length).map(({ routes }) => weightOf(routes[0]!));
    expect(new Set(weights)).toEqual(new Set([0]));
    expect(await it.real.tables.rollouts.get('ro_1')).toMatchObject({
      state: 'aborted',
      rolledBackAutomatically: true,
    });
    expect(it.plane.overrides.all).toEqual([]);
    await holdTogether(it.real);
  });
});

it('a write whose answer was lost is not written twice, and the flip is safe all the same', async () => {
  const it = await worldOf(LONG);
  await it.pass(3);
  it.away.losesAnswer = true;
  it.world.failing = 60;
  await it.pass(20);
  expect(it.weight()).toBe(0);
  it.away.absence = 'there';
  await it.pass(20);
  expect((await it.real.tables.rollouts.get('ro_1'))?.endedAt).not.toBeNull();
  expect((await it.real.tables.endpoints.get('churn'))?.stable).toBe(1);
  expect([it.weight(), it.plane.overrides.all]).toEqual([0, []]);
  await holdTogether(it.real);
});

/** What may happen in a second, by its share. */
const HAPPENS: readonly (readonly [number, Absence | 'lost' | 'killed' | 'abort' | 'harm'])[] = [
  [0.1, 'unreachable'],
  [0.18, 'full'],
  [0.32, 'there'],
  [0.36, 'lost'],
  [0.4, 'killed'],
  [0.42, 'abort'],
  [0.45, 'harm'],
];

it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
  'whatever happens to the store and the process, once everybody was taken back nobody leaves stable (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const it = await worldOf();
    let isUp = true;
    let isBack = false;
    for (let second = 0; second < 60; second++) {
      const draw = random.next();
      const what = HAPPENS.find(([below]) => draw < below)?.[1];
      if (what === 'there' || what === 'full' || what === 'unreachable') it.away.absence = what;
      if (what === 'lost') it.away.losesAnswer = true;
      if (what === 'harm') it.world.failing = 80;
      if (what === 'killed' || !isUp) isUp = await it.restart();
      if (!isUp) {
        it.clock.pass(1000);
        continue;
      }
      const before = it.weight();
      if (what === 'abort')
        await it.plane.controller.command('ro_1', 'abort', { by: 'ann' }).catch(() => undefined);
      await it.pass(1);
      if (isBack) expect(it.weight()).toBe(0);
      if (it.away.absence !== 'there') expect(it.weight()).toBeLessThanOrEqual(before);
      isBack ||= it.plane.overrides.all.length > 0;
    }
    Object.assign(it.away, { absence: 'there', losesAnswer: false });
    if (!isUp) expect(await it.restart()).toBe(true);
    await it.pass(60);
    expect(it.plane.overrides.all).toEqual([]);
    if (isBack)
      expect(await it.real.tables.endpoints.get('churn')).toMatchObject({ stable: 1, rollout: null });
    await holdTogether(it.real);
  },
);
