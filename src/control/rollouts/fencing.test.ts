/** Two control planes over one store, clocks that jump, a store that is away: one linear history, and no stage skipped. */
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { rejectionCodeOf } from '../../store/testing/stores.ts';
import { STORIES } from './testing/stories.ts';
import { bootHere, runStory, type Story } from './testing/story.ts';
import { ManualClock, planeOf, prepare, rolloutRow, ScriptedFleet, trafficOf } from './testing/world.ts';

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
async function fresh(): Promise<Store> {
  const store = await openStore('sqlite::memory:');
  opened.push(store);
  await prepare(store);
  return store;
}

/** Both hear of every part; only what the one that owns publishes last is followed. */
async function two(store: Store) {
  const clock = new ManualClock();
  const fleets = [0, 1].map(() => new ScriptedFleet(clock, trafficOf(400)));
  const planes = fleets.map((fleet, i) => planeOf(store, fleet, clock, `plane ${i}`));
  for (const fleet of fleets) fleet.join();
  for (const { controller } of planes) await controller.start();
  return { clock, fleets, planes };
}

describe('of two controllers', () => {
  it('one decides, and the other says that it does not', async () => {
    const { planes } = await two(await fresh());
    expect(planes.map(({ controller }) => controller.isOwner)).toEqual([true, false]);
    expect(await rejectionCodeOf(planes[1]!.controller.begin(rolloutRow()))).toBe('ROLLOUTS_UNOWNED');
    await planes[0]!.controller.begin(rolloutRow());
    expect(await rejectionCodeOf(planes[1]!.controller.command('ro_1', 'abort', { by: 'bob' }))).toBe(
      'ROLLOUTS_UNOWNED',
    );
  });

  it('the other goes on where the one that sleeps was, and the one that wakes up decides nothing', async () => {
    const store = await fresh();
    const { clock, fleets, planes } = await two(store);
    await planes[0]!.controller.begin(rolloutRow());
    clock.pass(20_000);
    await planes[1]!.controller.tick();
    expect(planes[1]!.controller.isOwner).toBe(true);
    const before = await store.tables.rollouts.events('ro_1', 0, 1000);
    expect(await rejectionCodeOf(planes[0]!.controller.command('ro_1', 'abort', { by: 'bob' }))).toBe(
      'ROLLOUTS_UNOWNED',
    );
    expect(await store.tables.rollouts.events('ro_1', 0, 1000)).toEqual(before);
    await planes[0]!.controller.tick();
    expect(planes[0]!.controller.isOwner).toBe(false);
    await planes[1]!.controller.command('ro_1', 'abort', { by: 'bob' });
    expect((await store.tables.rollouts.get('ro_1'))?.state).toBe('aborted');
    expect(fleets[1]!.route.ranges).toMatchObject([{ version: 1 }]);
  });

  it.each([1, 2, 3, 4, 5])('however they take turns, there is one linear history (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const store = await fresh();
    const { clock, fleets, planes } = await two(store);
    await planes[0]!.controller.begin(rolloutRow());
    for (let i = 0; i < 60; i++) {
      clock.pass(random.next() < 0.1 ? 12_000 : 1000);
      for (const fleet of fleets) fleet.send();
      const turns = planes.filter(() => random.next() < 0.6);
      await Promise.all(turns.map(({ controller }) => controller.tick()));
    }
    const events = await store.tables.rollouts.events('ro_1', 0, 1000);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i));
    const actions = await store.tables.rollouts.actions('ro_1');
    const fences = actions.map(({ fence }) => fence);
    expect(fences).toEqual(fences.toSorted((a, b) => a - b));
    const routes = (await store.tables.endpoints.history('churn', { limit: 1000 })).items.toReversed();
    const weights = routes.map(({ route }) => weightOf(route));
    expect(weights).toEqual(weights.toSorted((a, b) => a - b));
  });
});

const weightOf = ({ ranges }: PlaneSnapshot['routes'][number]): number =>
  ranges.filter(({ version }) => version === 2).reduce((sum, { from, to }) => sum + to - from, 0);

describe('a clock that jumps', () => {
  const DAY = 86_400_000;
  it.each([
    ['a day forward', { 2: DAY }],
    ['a day back', { 2: -DAY }],
    ['a day forward, then back', { 2: DAY, 4: -DAY }],
    ['back and forth in every second', { 2: -DAY, 3: DAY, 4: -DAY, 5: DAY }],
  ] as const)('%s skips no stage and stops nothing', async (_, jumps) => {
    const store = await fresh();
    const story: Story = { ...STORIES['that is promoted']!, seconds: 30, jumps };
    const { trace } = await runStory(store, story, bootHere(store, null));
    expect(trace.row).toMatchObject({ state: 'promoted' });
    const weights = (await store.tables.endpoints.history('churn', { limit: 1000 })).items.map(({ route }) =>
      weightOf(route),
    );
    expect([...new Set(weights.toReversed())]).toEqual([0, 500, 5000, 10_000]);
    const seen = (await store.tables.rollouts.events('ro_1', 0, 1000)).filter(
      ({ kind }) => kind === 'window',
    );
    const stages = seen.map(({ body }) => (body as { stage: number }).stage);
    expect(stages.filter((stage) => stage === 0).length).toBeGreaterThanOrEqual(2);
    expect(stages.filter((stage) => stage === 1).length).toBeGreaterThanOrEqual(2);
  });
});

describe('a clock that is set within a window', () => {
  it.each([
    ['forward by fewer windows than a sleep', 100_250],
    ['forward by less than one', 700],
    ['back by less than one', -600],
  ])('%s: every part is counted once, and none comes too late', async (_, jump) => {
    const store = await fresh();
    const clock = new ManualClock();
    const fleet = new ScriptedFleet(clock, trafficOf(400));
    const { controller } = planeOf(store, fleet, clock);
    fleet.join();
    await controller.start();
    await controller.begin(rolloutRow({ policy: { ...(rolloutRow().policy as object), maxTime: '1d' } }));
    const pass = async (millis: number) => {
      clock.pass(millis);
      fleet.send();
      await controller.tick();
    };
    for (let i = 0; i < 3; i++) await pass(1000);
    clock.pass(900);
    clock.jump(jump);
    await controller.tick();
    for (let i = 0; i < 3; i++) await pass(1000);
    const { totals, late } = await controller.snapshot('ro_1');
    const sent = fleet.parts.reduce((sum, { units }) => sum + units.flags.length, 0);
    expect(late).toBe(0);
    expect(totals.arms.reduce((sum, { units }) => sum + units, 0)).toBe(sent);
    expect(totals.missingParts).toBe(0);
  });
});

describe('a store that is away', () => {
  it('leaves the route as it is, is told of once, and is gone on with', async () => {
    const store = await fresh();
    const clock = new ManualClock();
    const fleet = new ScriptedFleet(clock, trafficOf(400));
    let isAway = false;
    const flaky: Store = {
      ...store,
      transaction: (work) => (isAway ? Promise.reject(new Error('away')) : store.transaction(work)),
    };
    const { controller, alerts } = planeOf(flaky, fleet, clock);
    fleet.join();
    await controller.start();
    await controller.begin(rolloutRow());
    const pass = async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        clock.pass(1000);
        fleet.send();
        await controller.tick();
      }
    };
    isAway = true;
    const { generation } = fleet.route;
    await pass(10);
    expect(fleet.route.generation).toBe(generation);
    expect(alerts.map(({ message }) => message)).toEqual(['Cannot go on for the moment: away']);
    isAway = false;
    await pass(60);
    expect((await store.tables.rollouts.get('ro_1'))?.state).toBe('promoted');
    const windows = (await store.tables.rollouts.events('ro_1', 0, 1000)).filter(
      ({ kind }) => kind === 'window',
    );
    const indices = windows.map(({ body }) => (body as { window: number }).window);
    expect(indices[0]).toBe(0);
    expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
  });
});
