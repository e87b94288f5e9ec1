import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import type { MeasuredTraffic } from '../fleet/traffic-meter.ts';
import type { NewRollout } from '../port.ts';
import {
  ManualClock,
  type Plane,
  planeOf,
  prepare,
  ScriptedFleet,
  trafficOf,
} from '../rollouts/testing/world.ts';
import { LocalRollouts } from './rollouts.ts';

const ANN = { by: 'ann', reason: 'new features' };
/** A candidate that fails in one request of a hundred would be found after hours. */
const QUICK: NewRollout = { candidate: 2, strategy: 'canary', policy: { maxTime: '1h' } };

let store: Store;
let clock: ManualClock;
let fleet: ScriptedFleet;
let plane: Plane;
/** What is known of the traffic. */
let measured: MeasuredTraffic | null;
let rollouts: LocalRollouts;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  await prepare(store);
  clock = new ManualClock();
  fleet = new ScriptedFleet(clock, trafficOf(600));
  plane = planeOf(store, fleet, clock);
  measured = { rate: 0.5, errorShare: 0.005, units: null, over: 600_000 };
  const signer = () => {
    throw new Error('nothing is signed');
  };
  rollouts = new LocalRollouts({
    ...{ ...plane, store, clock, signer },
    meter: { of: (model) => (model === 'churn' ? measured : null) },
  });
  fleet.join();
  await plane.publisher.publish();
  await plane.controller.start();
});
afterEach(async () => {
  await plane.controller.stop();
  await store.close();
});

const forced = async () =>
  (await store.tables.audit.list({ limit: 100 })).items.filter(({ what }) => what === 'rollout.forced');

describe('a policy that is blind at the measured traffic', () => {
  it('starts nothing', async () => {
    await expect(rollouts.startRollout('churn', QUICK, ANN)).rejects.toMatchObject({ code: 'POLICY_BLIND' });
    expect((await rollouts.rollouts('churn', { limit: 1 })).items).toEqual([]);
  });

  it('begins by force, which the audit log keeps with the numbers', async () => {
    const { id } = await rollouts.startRollout('churn', { ...QUICK, force: true }, ANN);
    expect(await forced()).toMatchObject([
      {
        by: 'ann',
        subject: `rollout/${id}`,
        body: { refusal: 'POLICY_BLIND', rate: 0.5, maxTime: '1h', reason: 'new features' },
      },
    ]);
  });

  it('begins where little is known of the traffic, and force that is not needed is not kept', async () => {
    measured = null;
    await rollouts.startRollout('churn', { ...QUICK, force: true }, ANN);
    expect(await forced()).toEqual([]);
  });
});

describe('the forecast of a rollout', () => {
  it('is at the traffic of its endpoint, then at its own', async () => {
    measured = { rate: 20, errorShare: 0, units: null, over: 600_000 };
    const policy = { window: '1s', watermark: '1s', stages: [{ weight: 50, bake: '1h' }, { weight: 100 }] };
    const { id, forecast } = await rollouts.startRollout('churn', { ...QUICK, policy }, ANN);
    expect(forecast).toMatchObject({ basis: 'endpoint', rate: 20, stages: [{ stage: 0, end: 3_600_000 }] });
    for (let second = 0; second < 20; second++) {
      clock.pass(1000);
      fleet.send();
      await plane.controller.tick();
    }
    const later = (await rollouts.rollout(id)).forecast!;
    expect(later.basis).toBe('rollout');
    // 600 units a window of a second, as far as windows are closed.
    expect(later.rate).toBeGreaterThan(400);
    expect(later.rate).toBeLessThan(700);
    expect(later.promotion).toBeLessThan(forecast!.promotion!);
  });

  it('ends with it', async () => {
    measured = { rate: 20, errorShare: 0, units: null, over: 600_000 };
    const { id } = await rollouts.startRollout('churn', { candidate: 2, strategy: 'canary' }, ANN);
    expect((await rollouts.command(id, 'abort', ANN)).forecast).toBeNull();
  });
});

describe('the warnings of a rollout', () => {
  const PATIENT = { candidate: 2, strategy: 'canary' } as const;

  it('say what waits in vain where the same few units come again, and refuse nothing', async () => {
    measured = { rate: 20, errorShare: 0, units: 200, over: 600_000 };
    const { state, warnings, forecast } = await rollouts.startRollout('churn', PATIENT, ANN);
    expect(state).toBe('running');
    expect(warnings).toEqual([
      expect.stringContaining('stages[1] waits for 50 distinct units of each arm'),
      expect.stringContaining('needs 1438 distinct units'),
      expect.stringContaining('after 1d the rollout ends with "hold"'),
    ]);
    expect(forecast).toMatchObject({ certificate: null, promotion: null });
    expect(forecast!.stages.map(({ end }) => end !== null)).toEqual([true, false, false, false]);
  });

  it.each([1500, null])('are none where there are enough, or no end of them: %s', async (units) => {
    measured = { rate: 20, errorShare: 0, units, over: 600_000 };
    const { warnings, forecast } = await rollouts.startRollout('churn', PATIENT, ANN);
    expect(warnings).toEqual([]);
    expect(forecast!.promotion).not.toBeNull();
  });

  it('are none where a person promotes, where little is known, and once it is over', async () => {
    measured = { rate: 20, errorShare: 0, units: 20, over: 600_000 };
    const shadow = await rollouts.startRollout('churn', { candidate: 2, strategy: 'shadow' }, ANN);
    expect(shadow.warnings).toEqual([]);
    expect((await rollouts.command(shadow.id, 'abort', ANN)).warnings).toEqual([]);
    measured = null;
    expect((await rollouts.startRollout('churn', PATIENT, ANN)).warnings).toEqual([]);
  });
});
