import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { rejectionCodeOf } from '../../store/testing/stores.ts';
import { type Absentable, absentable } from '../rollouts/testing/away.ts';
import {
  ManualClock,
  type Plane,
  planeOf,
  prepare,
  rolloutRow,
  ScriptedFleet,
  trafficOf,
} from '../rollouts/testing/world.ts';
import { LocalEndpoints } from './endpoints.ts';
import { LocalRollouts } from './rollouts.ts';

const ANN = { by: 'ann', reason: 'customers call' };
let real: Store;
let away: Absentable;
let clock: ManualClock;
let fleet: ScriptedFleet;
let plane: Plane;
let endpoints: LocalEndpoints;
let rollouts: LocalRollouts;

beforeEach(async () => {
  real = await openStore('sqlite::memory:');
  await prepare(real);
  away = absentable(real);
  clock = new ManualClock();
  fleet = new ScriptedFleet(clock, trafficOf(400));
  plane = planeOf(away.store, fleet, clock);
  const signer = () => {
    throw new Error('nothing is signed');
  };
  rollouts = new LocalRollouts({ ...plane, store: away.store, clock, signer });
  endpoints = new LocalEndpoints({ ...plane, store: away.store, clock }, (id) => rollouts.rollout(id));
  fleet.join();
  await plane.publisher.publish();
  await plane.controller.start();
});
afterEach(() => real.close());

const pass = async (seconds: number): Promise<void> => {
  for (let i = 0; i < seconds; i++) {
    clock.pass(1000);
    fleet.send();
    await plane.controller.tick();
  }
};

const LONG = { window: '1s', watermark: '1s', stages: [{ weight: 50, bake: '6h' }, { weight: 100 }] };

describe.each(['unreachable', 'full'] as const)('a person whose store is %s', (absence) => {
  it('ends a rollout, is told that it holds in memory, and sees it', async () => {
    await plane.controller.begin(rolloutRow({ policy: { ...LONG, certificate: false } }));
    await pass(3);
    away.absence = absence;
    await pass(1);
    expect(await rollouts.command('ro_1', 'abort', ANN)).toMatchObject({ state: 'aborted', durable: false });
    expect(fleet.route.ranges).toMatchObject([{ version: 1 }]);
    expect(await endpoints.endpoint('churn')).toMatchObject({
      durable: false,
      stable: 1,
      route: { ranges: [{ version: 1 }] },
    });
    expect((await endpoints.endpoints({})).items).toMatchObject([{ name: 'churn', durable: false }]);
    away.absence = 'there';
    await pass(5);
    expect(await endpoints.endpoint('churn')).not.toHaveProperty('durable');
    expect(await rollouts.rollout('ro_1')).toMatchObject({ state: 'aborted' });
  });

  it('rolls an endpoint back that rests on a version, once', async () => {
    const immediate = rolloutRow({ strategy: 'immediate', policy: null });
    await plane.controller.begin(immediate);
    await pass(5);
    expect(await endpoints.endpoint('churn')).toMatchObject({ stable: 2, previous: 1, rollout: null });
    away.absence = absence;
    await pass(1);
    const there = { stable: 1, previous: 2, durable: false };
    expect(await endpoints.rollback('churn', null, null, ANN)).toMatchObject(there);
    expect(await endpoints.rollback('churn', null, null, ANN)).toMatchObject(there);
    expect(fleet.route.ranges).toMatchObject([{ version: 1 }]);
    away.absence = 'there';
    await pass(4);
    expect(await real.tables.endpoints.get('churn')).toMatchObject({ stable: 1, previous: 2 });
    expect(fleet.route.ranges).toMatchObject([{ version: 1 }]);
    const { items } = await real.tables.audit.list();
    const told = items.filter(({ what }) => what === 'endpoint.rolled-back');
    expect(told).toMatchObject([{ by: 'ann', body: { from: 2, to: 1, reason: 'customers call' } }]);
  });

  it('is refused what leads away from stable, or where too little is known', async () => {
    await plane.controller.begin(rolloutRow());
    away.absence = absence;
    await pass(1);
    const codes = [
      rejectionCodeOf(rollouts.command('ro_1', 'promote', ANN)),
      rejectionCodeOf(rollouts.command('ro_1', 'resume', ANN)),
      rejectionCodeOf(endpoints.changeRoute('churn', { rules: [] }, 2, ANN)),
      rejectionCodeOf(endpoints.rollback('churn', null, 99, ANN)),
    ];
    expect(await Promise.all(codes)).toEqual([
      expect.stringMatching(/^STORE_/),
      expect.stringMatching(/^STORE_/),
      expect.stringMatching(/^STORE_|GENERATION_CONFLICT/),
      'GENERATION_CONFLICT',
    ]);
  });

  it('has the safe side win over a server that promoted meanwhile', async () => {
    await plane.controller.begin(rolloutRow({ policy: { ...LONG, certificate: false } }));
    await pass(3);
    away.absence = absence;
    await pass(1);
    await rollouts.command('ro_1', 'abort', ANN);
    // Another server that reaches the store has taken over and promoted.
    const other = planeOf(real, new ScriptedFleet(clock, trafficOf(400)), clock, 'two');
    clock.pass(20_000);
    await other.publisher.publish();
    await other.controller.start();
    await other.controller.command('ro_1', 'promote', { by: 'bob' });
    await other.controller.tick();
    expect(await real.tables.endpoints.get('churn')).toMatchObject({ stable: 2, rollout: null });
    away.absence = 'there';
    await pass(10);
    expect(await real.tables.endpoints.get('churn')).toMatchObject({ stable: 1, previous: 2 });
    expect(plane.overrides.all).toEqual([]);
    expect(fleet.route.ranges).toMatchObject([{ version: 1 }]);
  });
});
