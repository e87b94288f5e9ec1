import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import { absentable } from './testing/away.ts';
import { ManualClock, planeOf, prepare, rolloutRow, ScriptedFleet, trafficOf } from './testing/world.ts';

const LONG = {
  ...{ window: '1s', watermark: '1s', certificate: false },
  stages: [{ weight: 50, bake: '6h' }, { weight: 100 }],
};

it('a server that does not decide takes its own workers back, and the one that does ends the rollout afterwards', async () => {
  const real = await openStore('sqlite::memory:');
  await prepare(real);
  const clock = new ManualClock();
  const away = absentable(real);
  let failing = 0;
  const fleets = [0, 1].map(
    (n) => new ScriptedFleet(clock, (...given) => trafficOf(400, failing)(...given), `w${n}`),
  );
  const planes = fleets.map((fleet, n) => planeOf(away.store, fleet, clock, `plane ${n}`, { shares: true }));
  for (const fleet of fleets) fleet.join();
  for (const { publisher } of planes) await publisher.publish();
  for (const { controller } of planes) await controller.start();
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      clock.pass(1000);
      for (const fleet of fleets) fleet.send();
      for (const { controller } of planes) await controller.tick();
      // Routes of others are followed beside the tick.
      for (let turns = 0; turns < 20; turns++) await turn();
    }
  };
  await planes[0]!.controller.begin(rolloutRow({ policy: LONG }));
  await pass(4);
  expect(fleets.map(({ route }) => route.ranges.length)).toEqual([2, 2]);
  expect(planes.map(({ controller }) => controller.isOwner)).toEqual([true, false]);
  away.absence = 'unreachable';
  failing = 60;
  await pass(12);
  for (const { route } of fleets) expect(route.ranges).toMatchObject([{ version: 1 }]);
  away.absence = 'there';
  await pass(20);
  expect(await real.tables.endpoints.get('churn')).toMatchObject({ stable: 1, rollout: null });
  expect((await real.tables.rollouts.get('ro_1'))?.rolledBackAutomatically).toBe(true);
  expect(planes.map(({ overrides }) => overrides.all)).toEqual([[], []]);
  await real.close();
});
