/** Controllers that share a store, each with workers of its own that the others do not see. */
import { afterEach, describe, expect, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import {
  ManualClock,
  planeOf,
  prepare,
  rolloutRow,
  ScriptedFleet,
  type Traffic,
  trafficOf,
  WORLD_START,
} from '../rollouts/testing/world.ts';
import type { ReplicaCommand } from './replica-commands.ts';

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

/** Half of the units for as long as it lasts. */
const COUNTING = {
  ...(rolloutRow().policy as object),
  stages: [{ weight: 50, bake: '6h', minUnits: 10 }, { weight: 100 }],
  guards: { errors: false, latency: false, outputs: false },
  watermark: '20s',
};
const counting = rolloutRow({ policy: COUNTING });

interface Shared {
  readonly store: Store;
  readonly fleets: readonly ScriptedFleet[];
  readonly planes: readonly ReturnType<typeof planeOf>[];
  /** Lets time pass, in half seconds, for those of these numbers. */
  pass(seconds: number, living?: readonly number[]): Promise<void>;
  weight(): Promise<number>;
  windows(): Promise<readonly { readonly arms: number; readonly missingParts: number }[]>;
}

/** A replica for each traffic; units of a smaller one are among those of a greater. */
async function shared(...traffic: readonly Traffic[]): Promise<Shared> {
  const store = await openStore('sqlite::memory:');
  opened.push(store);
  await prepare(store);
  const clock = new ManualClock();
  const fleets = traffic.map((its, n) => new ScriptedFleet(clock, its, `w${n}`));
  const planes = fleets.map((fleet, n) => planeOf(store, fleet, clock, `plane ${n}`, { shares: true }));
  for (const fleet of fleets) fleet.join();
  for (const { publisher } of planes) await publisher.publish();
  for (const { controller } of planes) await controller.start();
  const everybody = traffic.map((_, n) => n);
  return {
    store,
    fleets,
    planes,
    pass: async (seconds, living = everybody) => {
      for (let step = 0; step < 2 * seconds; step++) {
        clock.pass(500);
        for (const n of living) {
          fleets[n]!.send();
          await planes[n]!.controller.tick();
          // What is followed beside the tick.
          await planes[n]!.publisher.refresh();
        }
      }
    },
    weight: async () => {
      const { ranges } = (await store.tables.endpoints.get('churn'))!.route;
      return ranges.filter(({ version }) => version === 2).reduce((sum, { from, to }) => sum + to - from, 0);
    },
    windows: async () => {
      const events = await store.tables.rollouts.events('ro_1', 0, 1000);
      return events
        .filter(({ kind }) => kind === 'window')
        .map(({ body }) => {
          const { arms, missingParts } = body as { arms: { units: number }[]; missingParts: number };
          return { arms: arms.reduce((sum, arm) => sum + arm.units, 0), missingParts };
        });
    },
  };
}

/** The last windows may lack what is on its way. */
const SETTLED = -2;

describe('replicas that share a store', () => {
  it('count each unit once, whoever answered it, and nothing is missing', async () => {
    const { planes, pass, windows } = await shared(trafficOf(400), trafficOf(600));
    await planes[0]!.controller.begin(counting);
    await pass(10);
    const all = (await windows()).slice(0, SETTLED);
    expect(all.length).toBeGreaterThan(5);
    for (const { arms, missingParts } of all.slice(1)) {
      expect(missingParts).toBe(0);
      expect(arms).toBe(600);
    }
  });

  it('have the owner obey what any of them is told', async () => {
    const { store, planes, pass, weight } = await shared(trafficOf(400), trafficOf(400));
    const told = async (work: Promise<void>): Promise<void> => {
      let isDone = false;
      const end = (): void => {
        isDone = true;
      };
      work.then(end, end);
      while (!isDone) {
        await pass(0.5);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await work;
    };
    const { controller } = planes[1]!;
    await told(controller.begin(counting));
    await pass(5);
    expect(await weight()).toBeGreaterThan(0);
    await told(controller.command('ro_1', 'pause', { by: 'bob' }));
    expect((await planes[0]!.controller.snapshot('ro_1')).status.state).toBe('holding');
    await expect(told(controller.command('ro_9', 'abort', { by: 'bob' }))).rejects.toMatchObject({
      code: 'ROLLOUT_NOT_FOUND',
    });
    await told(controller.restOn('ro_1', 3, { by: 'bob' }));
    expect(await store.tables.endpoints.get('churn')).toMatchObject({ stable: 3, rollout: null });
  });

  it('obey an order once, also where the owner is cut off before it can answer', async () => {
    const { store, planes, pass } = await shared(trafficOf(400));
    await planes[0]!.controller.begin(counting);
    const { orders, rollouts } = store.tables;
    const { answer } = orders;
    let cuts = 3;
    Object.assign(orders, {
      answer: (id: string, what: unknown) =>
        cuts-- > 0 ? Promise.reject(new Error('cut off')) : answer(id, what),
    });
    const pause: ReplicaCommand = {
      kind: 'command',
      rollout: 'ro_1',
      command: 'pause',
      actor: { by: 'bob' },
    };
    await orders.insert({ id: 'o1', kind: 'command', body: pause, by: 'bob', at: WORLD_START });
    while ((await orders.get('o1'))?.answer === null) await pass(0.5);
    expect(cuts).toBeLessThan(0);
    const events = await rollouts.events('ro_1', 0, 1000);
    expect(events.filter(({ kind }) => kind === 'command')).toHaveLength(1);
  });

  it('do nothing that was taken back meanwhile', async () => {
    const { store, planes } = await shared(trafficOf(400));
    await planes[0]!.controller.begin(counting);
    const { orders, rollouts } = store.tables;
    const pause: ReplicaCommand = {
      kind: 'command',
      rollout: 'ro_1',
      command: 'pause',
      actor: { by: 'bob' },
    };
    await orders.insert({ id: 'o1', kind: 'command', body: pause, by: 'bob', at: WORLD_START });
    const { open } = orders;
    const read = await open(9);
    await orders.withdraw('o1');
    Object.assign(orders, { open: () => Promise.resolve(read) });
    for (let tick = 0; tick < 3; tick++) await planes[0]!.controller.tick();
    const events = await rollouts.events('ro_1', 0, 1000);
    expect(events.filter(({ kind }) => kind === 'command')).toEqual([]);
  });

  it('route nobody to a version that one of them lacks', async () => {
    const { fleets, planes, pass, weight } = await shared(trafficOf(400), trafficOf(400));
    fleets[1]!.broken.add(2);
    await planes[0]!.controller.begin(rolloutRow());
    await pass(10);
    expect(await weight()).toBe(0);
    fleets[1]!.broken.delete(2);
    await pass(70);
    expect(await weight()).toBeGreaterThan(0);
  });

  it('take everybody back from a bad candidate, also where one of them lacks the version that is stable', async () => {
    const { store, planes, pass, weight } = await shared(trafficOf(400, 50));
    const bare = { workers: [{ worker: 'bare', epoch: 1 }], loaded: ['churn@2'], failures: [] };
    await store.tables.members.put({ replica: 'bare', beat: 1, at: WORLD_START, body: bare });
    const policy = { ...COUNTING, guards: { latency: false, outputs: false }, watermark: '1s' };
    await planes[0]!.controller.begin(rolloutRow({ policy }));
    await pass(9);
    expect((await store.tables.rollouts.get('ro_1'))?.state).toBe('rolled-back');
    expect(await weight()).toBe(0);
  });

  it('go on where the owner was killed: what the others sent of open windows is read again', async () => {
    const { planes, pass, windows } = await shared(trafficOf(400), trafficOf(600));
    await planes[0]!.controller.begin(counting);
    await pass(4);
    const before = (await windows()).length;
    await pass(15, [1]);
    expect(planes[1]!.controller.isOwner).toBe(true);
    await pass(15, [1]);
    const after = (await windows()).slice(before, SETTLED);
    expect(after.length).toBeGreaterThan(10);
    for (const { arms } of after) expect(arms).toBe(600);
    await planes[1]!.controller.command('ro_1', 'abort', { by: 'bob' });
    expect((await planes[1]!.controller.snapshot('ro_1')).status.state).toBe('aborted');
  });

  it('miss the part of one that died in all arms alike, and wait for it no longer than the watermark', async () => {
    const { planes, pass, windows } = await shared(trafficOf(400), trafficOf(600));
    await planes[0]!.controller.begin(counting);
    await pass(5);
    await pass(40, [0]);
    const late = (await windows()).slice(SETTLED);
    for (const { arms, missingParts } of late) expect([arms, missingParts]).toEqual([400, 0]);
  });
});
