import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import {
  ManualClock,
  planeOf,
  prepare,
  rolloutRow,
  ScriptedFleet,
  type Traffic,
  trafficOf,
} from './testing/world.ts';

async function worldOf(traffic: Traffic) {
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
    /** A window, whose part comes half a window late: the route flips within the next one. */
    async pass() {
      clock.pass(500);
      fleet.send();
      await plane.controller.tick();
      clock.pass(500);
      await plane.controller.tick();
    },
  };
}

describe('a bad candidate', () => {
  it('has all whom it failed counted, until every worker has let go of it', async () => {
    const world = await worldOf(trafficOf(400, 80));
    await world.controller.begin(rolloutRow());
    for (let i = 0; i < 6; i++) await world.pass();
    const failed = world.fleet.parts.flatMap(({ units: { low, arm, flags } }) =>
      [...low].filter((_, i) => arm[i] === 0 && flags[i] === 1),
    );
    const standing = await world.controller.snapshot('ro_1');
    expect(standing).toMatchObject({
      isFinal: true,
      reason: 'Rolled back: evidence of harm in errors',
      status: { state: 'rolled-back', harmedUnits: failed.length },
    });
    expect(standing.totals.arms[0]!.failures).toBe(failed.length);
    const { items } = await world.store.tables.endpoints.history('churn');
    expect(items.filter(({ reason }) => reason.startsWith('Rolled back')).length).toBe(1);
  });

  it('is reported finally only once a worker that lets go late has told of its last requests', async () => {
    const world = await worldOf(trafficOf(400, 80));
    await world.controller.begin(rolloutRow());
    world.fleet.join('w1');
    const isFinal = async () => (await world.controller.snapshot('ro_1')).isFinal;
    for (let i = 0; i < 12; i++) await world.pass();
    expect((await world.store.tables.rollouts.get('ro_1'))!.endedAt).not.toBeNull();
    expect(await isFinal()).toBe(false);
    for (let i = 0; i < 40; i++) await world.pass();
    expect(await isFinal()).toBe(true);
  });
});
