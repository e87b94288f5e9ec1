import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { rejectionCodeOf } from '../../store/testing/stores.ts';
import {
  ManualClock,
  type Plane,
  planeOf,
  prepare,
  rolloutRow,
  ScriptedFleet,
  type Traffic,
  trafficOf,
  WORLD_START,
} from './testing/world.ts';

interface World extends Plane {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly fleet: ScriptedFleet;
  /** Lets seconds pass, a tick each. */
  pass(seconds: number): Promise<void>;
  endpoint(): Promise<NonNullable<Awaited<ReturnType<Store['tables']['endpoints']['get']>>>>;
}

async function worldOf(traffic: Traffic = trafficOf(400)): Promise<World> {
  const store = await openStore('sqlite::memory:');
  await prepare(store);
  const clock = new ManualClock();
  const fleet = new ScriptedFleet(clock, traffic);
  const plane = planeOf(store, fleet, clock);
  fleet.join();
  await plane.controller.start();
  return {
    ...plane,
    store,
    clock,
    fleet,
    endpoint: async () => (await store.tables.endpoints.get('churn'))!,
    async pass(seconds) {
      for (let i = 0; i < seconds; i++) {
        clock.pass(1000);
        fleet.send();
        await plane.controller.tick();
      }
    },
  };
}

const candidateShare = ({ fleet }: World): number =>
  fleet.route.ranges.filter(({ version }) => version === 2).reduce((sum, { from, to }) => sum + to - from, 0);

describe('a good candidate', () => {
  it('goes through its stages to everybody, and the endpoint rests on it', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    const shares = [candidateShare(world)];
    for (let i = 0; i < 20; i++) {
      await world.pass(1);
      shares.push(candidateShare(world));
    }
    expect([...new Set(shares)]).toEqual([500, 5000, 10_000]);
    expect(await world.endpoint()).toMatchObject({ stable: 2, previous: 1, rollout: null });
    expect(world.fleet.route).toMatchObject({ recording: null, shadow: null, ranges: [{ version: 2 }] });
    const row = await world.store.tables.rollouts.get('ro_1');
    expect(row).toMatchObject({ state: 'promoted', rolledBackAutomatically: false });
    expect(row?.endedAt).not.toBeNull();
    expect(world.alerts.map(({ message }) => message)).toEqual(['Promoted']);
  });

  it('is measured against marks that are frozen from stable once there are enough answers', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    expect(world.fleet.route.recording).toMatchObject({ wantsSamples: true, slow: [], first: 0 });
    await world.pass(1);
    expect(world.fleet.route.recording).toMatchObject({
      wantsSamples: false,
      first: 2,
      origin: WORLD_START + 1000,
    });
    expect(world.fleet.route.recording?.slow.map(({ name }) => name)).toEqual(['p50', 'p95', 'p99']);
    expect((await world.controller.snapshot('ro_1')).marks?.shifted.map(({ name }) => name)).toEqual([
      'low',
      'high',
    ]);
  });

  it('has every window in a route of one weight, numbered on', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    await world.pass(20);
    const events = await world.store.tables.rollouts.events('ro_1', 0, 1000);
    const windows = events
      .filter(({ kind }) => kind === 'window')
      .map(({ body }) => body as { window: number });
    const indices = windows.map(({ window }) => window);
    expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
    const history = (await world.store.tables.endpoints.history('churn')).items.map(
      ({ generation }) => generation,
    );
    expect(history).toEqual(history.map((_, i) => history.length - i));
  });
});

describe('a bad candidate', () => {
  it('is rolled back in the tick in which its window closes, and is not tried again without a person', async () => {
    const world = await worldOf(trafficOf(400, 80));
    await world.controller.begin(rolloutRow());
    await world.pass(4);
    expect(candidateShare(world)).toBe(0);
    expect(await world.endpoint()).toMatchObject({ stable: 1, previous: null, rollout: null });
    expect(await world.store.tables.rollouts.get('ro_1')).toMatchObject({
      state: 'rolled-back',
      rolledBackAutomatically: true,
    });
    await world.controller.begin(rolloutRow({ id: 'ro_2' }));
    await world.pass(3);
    expect(candidateShare(world)).toBe(0);
    const held = await world.controller.snapshot('ro_2');
    expect(held.status.state).toBe('holding');
    expect(held.reason).toBe('Holding for a person: this candidate was rolled back before');
    await world.controller.command('ro_2', 'resume', { by: 'ann' });
    expect(candidateShare(world)).toBe(500);
  });

  it('is told of with what it cost', async () => {
    const world = await worldOf(trafficOf(400, 80));
    await world.controller.begin(rolloutRow());
    await world.pass(4);
    const { status, totals, reason, row } = await world.controller.snapshot('ro_1');
    expect(status.harmedUnits).toBeGreaterThan(0);
    expect(totals.arms[0]!.failures).toBe(status.harmedUnits);
    expect(reason).toBe('Rolled back: evidence of harm in errors');
    expect(row.endedAt).not.toBeNull();
  });
});

describe("a person's word", () => {
  it('is carried out before it is answered', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    await world.controller.command('ro_1', 'abort', { by: 'bob' });
    expect(candidateShare(world)).toBe(0);
    expect((await world.endpoint()).rollout).toBeNull();
    const [newest] = (await world.store.tables.endpoints.history('churn')).items;
    expect(newest).toMatchObject({ by: 'bob', reason: 'Aborted by bob' });
  });

  it('is in the audit log with what the person said of it, also where it moves no route', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    await world.controller.command('ro_1', 'pause', { by: 'bob', reason: 'coffee' });
    await world.controller.command('ro_1', 'resume', { by: 'ann', reason: 'back' });
    await world.controller.restOn('ro_1', 1, { by: 'bob', reason: 'it is 3 a.m.' });
    const { items } = await world.store.tables.audit.list({ subject: 'rollout/ro_1' });
    expect(items.slice(-3).map(({ what, by, body }) => [what, by, (body as { why?: string }).why])).toEqual([
      ['rollout.holding', 'bob', 'coffee'],
      ['rollout.running', 'ann', 'back'],
      ['rollout.aborted', 'bob', 'it is 3 a.m.'],
    ]);
  });

  it('changes nothing of what is over', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    await world.controller.command('ro_1', 'abort', { by: 'bob' });
    const { generation } = await world.endpoint();
    await world.controller.command('ro_1', 'promote', { by: 'ann' });
    await world.pass(3);
    expect((await world.endpoint()).generation).toBe(generation);
    expect((await world.controller.snapshot('ro_1')).status.state).toBe('aborted');
  });

  it('goes to any version in one change of the route, and ends what runs', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    await world.pass(2);
    const { generation } = await world.endpoint();
    await world.controller.restOn('ro_1', 3, { by: 'bob' });
    expect(await world.endpoint()).toMatchObject({
      generation: generation + 1,
      stable: 3,
      previous: 1,
      rollout: null,
    });
    expect(world.fleet.route.ranges).toMatchObject([{ version: 3 }]);
    await world.pass(2);
    expect((await world.endpoint()).generation).toBe(generation + 1);
  });

  it('about a rollout that is not there is refused by name', async () => {
    const { controller } = await worldOf();
    expect(await rejectionCodeOf(controller.command('ro_9', 'abort', { by: 'bob' }))).toBe(
      'ROLLOUT_NOT_FOUND',
    );
    expect(await rejectionCodeOf(controller.snapshot('ro_9'))).toBe('ROLLOUT_NOT_FOUND');
  });
});

describe('an endpoint', () => {
  it('has one rollout at a time', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    expect(await rejectionCodeOf(world.controller.begin(rolloutRow({ id: 'ro_2', candidate: 3 })))).toBe(
      'ROLLOUT_REFUSED',
    );
    expect((await world.endpoint()).rollout).toBe('ro_1');
    expect(await world.store.tables.rollouts.get('ro_2')).toBeNull();
  });

  it('begins none that was prepared for another stable, or for a version that was archived meanwhile', async () => {
    const world = await worldOf();
    const outdated = rolloutRow({ stable: 3 });
    expect(await rejectionCodeOf(world.controller.begin(outdated))).toBe('ROLLOUT_REFUSED');
    await world.store.tables.versions.update('churn', 2, { state: 'archived' });
    expect(await rejectionCodeOf(world.controller.begin(rolloutRow()))).toBe('ROLLOUT_REFUSED');
    expect(await world.endpoint()).toMatchObject({ generation: 1, stable: 1, rollout: null });
    expect(await world.store.tables.rollouts.get('ro_1')).toBeNull();
  });

  it('is not touched by a rollout whose policy is refused', async () => {
    const world = await worldOf();
    const row = rolloutRow({ policy: { window: 'soon' } });
    expect(await rejectionCodeOf(world.controller.begin(row))).toBe('POLICY_INVALID');
    expect(await world.endpoint()).toMatchObject({ generation: 1, rollout: null });
  });

  it('keeps rules that somebody changes meanwhile, under a route of its own', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    await world.pass(2);
    const { generation, route } = await world.endpoint();
    const rules = [{ header: 'x-beta', values: ['yes'], version: 2 }];
    const changed = { route: { ...route, rules, generation: generation + 1 } };
    const change = { at: world.clock.now(), by: 'eve', reason: 'rules' };
    expect(await world.store.tables.endpoints.flip('churn', generation, changed, change)).toBe(true);
    await world.pass(1);
    expect(world.fleet.route).toMatchObject({ generation: generation + 2, rules });
    expect(world.fleet.route.recording!.first).toBeGreaterThan(route.recording!.first);
    await world.pass(20);
    expect(await world.endpoint()).toMatchObject({ stable: 2, route: { rules } });
  });

  it('that is taken from its rollout ends it', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    await world.pass(1);
    const { generation, route } = await world.endpoint();
    const next = { ...route, recording: null, ranges: [{ ...route.ranges[0]!, to: 10_000, version: 3 }] };
    await world.store.tables.endpoints.flip(
      'churn',
      generation,
      { route: { ...next, generation: generation + 1 }, rollout: null, stable: 3 },
      { at: 0, by: 'eve', reason: 'by hand' },
    );
    await world.pass(2);
    expect(await world.endpoint()).toMatchObject({ generation: generation + 1, stable: 3 });
    expect((await world.store.tables.rollouts.get('ro_1'))?.state).toBe('aborted');
  });
});

describe('a version that cannot be loaded', () => {
  it('takes its rollout to a halt with an alert, and is routed once it can be', async () => {
    const world = await worldOf();
    world.fleet.broken.add(2);
    await world.controller.begin(rolloutRow());
    await world.pass(2);
    expect(candidateShare(world)).toBe(0);
    expect((await world.controller.snapshot('ro_1')).reason).toMatch(/candidate has no ready replica/);
    expect(world.alerts.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Version 2 cannot be loaded: /),
    ]);
    world.fleet.broken.clear();
    await world.pass(80);
    expect(await world.endpoint()).toMatchObject({ stable: 2 });
  });
});

describe('workers that do not follow', () => {
  it('hold up neither an alert nor what is decided next, are told of once, and follow when they can', async () => {
    const world = await worldOf();
    await world.controller.begin(rolloutRow());
    await world.pass(2);
    const free = Promise.withResolvers<void>();
    world.fleet.gate = () => free.promise;
    await world.controller.command('ro_1', 'pause', { by: 'bob' });
    await world.pass(1);
    await world.controller.command('ro_1', 'abort', { by: 'bob' });
    await world.pass(3);
    expect(await world.endpoint()).toMatchObject({ stable: 1, rollout: null });
    const told = world.alerts.map(({ message }) => message);
    expect(told.filter((message) => /do not follow the route/.test(message))).toHaveLength(1);
    expect(told).toContain('Aborted by bob');
    expect(await world.store.tables.rollouts.get('ro_1')).toMatchObject({ state: 'aborted', endedAt: null });
    world.fleet.gate = () => Promise.resolve();
    free.resolve();
    await world.pass(2);
    expect((await world.store.tables.rollouts.get('ro_1'))?.endedAt).not.toBeNull();
    expect(world.fleet.route).toMatchObject({ recording: null, ranges: [{ version: 1 }] });
  }, 30_000);
});

describe('a control plane that has just been started', () => {
  it('decides on what is loaded while the versions of another endpoint are still loading', async () => {
    const world = await worldOf(trafficOf(400, 80));
    await world.controller.begin(rolloutRow());
    await world.controller.stop();
    const next = planeOf(world.store, world.fleet, world.clock);
    await next.publisher.publish();
    vi.spyOn(next.publisher, 'publish').mockImplementation(() => new Promise(() => undefined));
    await next.controller.start();
    for (let i = 0; i < 6; i++) {
      world.clock.pass(1000);
      world.fleet.send();
      await next.controller.tick();
    }
    expect(await world.store.tables.rollouts.get('ro_1')).toMatchObject({ state: 'rolled-back' });
  }, 30_000);
});
