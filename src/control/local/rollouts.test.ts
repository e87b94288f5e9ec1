import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import type { MeasuredTraffic } from '../fleet/traffic-meter.ts';
import type { NewRollout, RolloutQuery } from '../port.ts';
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

describe('how a rollout came to where it is', () => {
  const policy = {
    ...{ window: '1s', watermark: '1s', certificate: false },
    guards: { latency: false, outputs: false },
    stages: [{ weight: 50, bake: '1h' }, { weight: 100 }],
  };

  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      clock.pass(1000);
      fleet.send();
      await plane.controller.tick();
    }
  };

  it('is told from its first window to its end, the same by who was there and by who reads its log', async () => {
    await plane.controller.stop();
    fleet = new ScriptedFleet(clock, trafficOf(200, 1));
    const before = planeOf(store, fleet, clock);
    rollouts = new LocalRollouts({ ...before, store, clock, signer: () => Promise.reject() as never });
    plane = before;
    fleet.join();
    await before.publisher.publish();
    await before.controller.start();
    const { id } = await rollouts.startRollout('churn', { candidate: 2, strategy: 'canary', policy }, ANN);
    await pass(3);
    const early = await rollouts.history(id);
    await rollouts.command(id, 'pause', ANN);
    await rollouts.command(id, 'resume', ANN);
    await pass(60);
    const { state, evidence } = await rollouts.rollout(id);
    expect(state).toBe('rolled-back');
    const { points, moments } = await rollouts.history(id);
    expect(points.slice(0, early.points.length)).toEqual(early.points);
    const harm = points.map(({ guards }) => guards.errors!.harm);
    expect(Math.max(...harm)).toBe(evidence.errors!.maxLog);
    expect(harm.at(-1)).toBeGreaterThanOrEqual(evidence.errors!.bound);
    expect(harm[0]).toBeLessThan(evidence.errors!.bound);
    expect(moments.map(({ command, state, weight }) => [command, state, weight])).toEqual([
      [null, 'running', 50],
      ['pause', 'holding', 50],
      ['resume', 'running', 50],
      [null, 'rolled-back', 0],
    ]);
    expect(moments[1]).toMatchObject({ by: 'ann', reason: 'Holding for a person: paused by ann' });
    await before.controller.stop();
    plane = planeOf(store, new ScriptedFleet(clock, trafficOf(200)), clock);
    const after = new LocalRollouts({ ...plane, store, clock, signer: () => Promise.reject() as never });
    expect(await after.history(id)).toEqual({ points, moments, left: 0 });
  });

  it('is in lists of all endpoints with where it is and why, without any log being read', async () => {
    const first = await rollouts.startRollout('churn', { candidate: 2, strategy: 'canary', policy }, ANN);
    await pass(4);
    const list = async (query: RolloutQuery) =>
      (await rollouts.allRollouts(query)).items.map(({ id, state, weight, reason }) => [
        id,
        state,
        weight,
        reason,
      ]);
    const [[id, state, weight, reason] = []] = await list({ state: 'active' });
    expect([id, state, weight]).toEqual([first.id, 'running', 50]);
    expect(reason).toContain('Collecting');
    expect(await list({ state: 'over' })).toEqual([]);
    await rollouts.command(first.id, 'abort', ANN);
    clock.pass(1000);
    const second = await rollouts.startRollout('churn', { candidate: 2, strategy: 'shadow' }, ANN);
    expect(await list({ limit: 1 })).toEqual([[second.id, 'running', 0, expect.any(String)]]);
    expect(await list({ state: 'over' })).toEqual([[first.id, 'aborted', null, 'Aborted by ann']]);
    expect(await list({ state: 'aborted', strategy: 'canary', endpoint: 'churn' })).toHaveLength(1);
    expect(await list({ state: 'aborted', strategy: 'shadow' })).toEqual([]);
    expect(await list({ endpoint: 'nobody' })).toEqual([]);
  });
});
