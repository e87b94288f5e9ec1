import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import type { MeasuredTraffic } from '../fleet/traffic-meter.ts';
import type { LintedRollout } from '../port.ts';
import {
  ManualClock,
  type Plane,
  planeOf,
  prepare,
  ScriptedFleet,
  trafficOf,
} from '../rollouts/testing/world.ts';
import { LocalRollouts } from './rollouts.ts';

const CANARY: LintedRollout = { candidate: 2, strategy: 'canary' };
const BRISK: MeasuredTraffic = { rate: 20, errorShare: 0.001, units: null, over: 600_000 };

let store: Store;
let plane: Plane;
let measured: MeasuredTraffic | null;
let own: unknown;
let rollouts: LocalRollouts;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  await prepare(store);
  const clock = new ManualClock();
  const fleet = new ScriptedFleet(clock, trafficOf(600));
  plane = planeOf(store, fleet, clock);
  measured = BRISK;
  own = null;
  rollouts = new LocalRollouts({
    ...{ ...plane, store, clock },
    signer: () => {
      throw new Error('nothing is signed');
    },
    meter: { of: () => measured },
    rolloutOf: () => (own === null ? null : { strategy: 'canary', policy: own }),
  });
  fleet.join();
  await plane.publisher.publish();
  await plane.controller.start();
});
afterEach(async () => {
  await plane.controller.stop();
  await store.close();
});

const lint = (rollout: LintedRollout = CANARY) => rollouts.lintRollout('churn', rollout);

it('says when each stage ends and everybody has the candidate, at the measured traffic, and begins nothing', async () => {
  const { given, source, policy, traffic, forecast, refusal } = await lint();
  expect({ given, source, refusal }).toEqual({ given: null, source: 'default', refusal: null });
  expect(policy).toMatchObject({ guards: ['errors', 'latency', 'outputs'], certificate: true });
  expect(policy!.stages.map(({ shadow, weight }) => shadow + weight)).toEqual([100, 5, 25, 50, 100]);
  expect(traffic).toEqual({ rate: 20, errorRate: 0.001, units: null, measured: true });
  expect(forecast!.stages.map(({ stage }) => stage)).toEqual([0, 1, 2, 3]);
  expect(forecast!.promotion).toBe(25 * 60_000);
  expect((await rollouts.rollouts('churn', { limit: 1 })).items).toEqual([]);
});

it("takes the endpoint's own policy where none is given, and shows it as it was written", async () => {
  own = { stages: [{ weight: 50, bake: '1h' }, { weight: 100 }] };
  const { given, source, policy } = await lint();
  expect({ given, source }).toEqual({ given: own, source: 'endpoint' });
  expect(policy!.stages.map(({ bake }) => bake)).toEqual([3_600_000, 0]);
  expect((await lint({ ...CANARY, policy: {} })).source).toBe('request');
  // What is written for one strategy says nothing of another.
  expect((await lint({ ...CANARY, strategy: 'shadow' })).source).toBe('default');
});

it('names what keeps it from beginning, and whether force would let it', async () => {
  const blind = await lint({ ...CANARY, policy: { maxTime: '1h' }, rate: 0.5 });
  expect(blind).toMatchObject({
    refusal: { code: 'POLICY_BLIND', forced: true },
    traffic: { rate: 0.5, measured: false },
  });
  expect(await lint({ ...CANARY, policy: { stages: [{ weight: 200 }] } })).toMatchObject({
    refusal: { code: 'POLICY_INVALID', message: expect.stringContaining('stages[0].weight'), forced: false },
    policy: null,
  });
  expect(await lint({ ...CANARY, candidate: 1 })).toMatchObject({
    refusal: { code: 'ROLLOUT_REFUSED', message: expect.stringContaining('answers everybody already') },
  });
  await rollouts.startRollout('churn', CANARY, { by: 'ann' });
  expect((await lint()).refusal!.message).toContain('is under way');
});

it('forecasts nothing where no traffic is known, and the same at a rate that is given', async () => {
  measured = null;
  expect(await lint()).toMatchObject({ traffic: null, forecast: null, refusal: null });
  const { traffic, forecast } = await lint({ ...CANARY, rate: 20 });
  expect(traffic).toEqual({ rate: 20, errorRate: 0.005, units: null, measured: false });
  expect(forecast!.promotion).not.toBeNull();
});

it('warns of a candidate that was rolled back here before', async () => {
  const { id } = await rollouts.startRollout('churn', CANARY, { by: 'ann' });
  await rollouts.command(id, 'abort', { by: 'ann' });
  expect((await lint()).warnings).toEqual([]);
  await store.tables.rollouts.update(id, { state: 'rolled-back', rolledBackAutomatically: true });
  expect((await lint()).warnings).toEqual([expect.stringContaining('rolled back here before')]);
});

it.each(['shadow', 'blue-green', 'immediate'] as const)(
  'of a %s shows the stages that it has',
  async (strategy) => {
    const { policy, forecast, refusal } = await lint({ ...CANARY, strategy });
    const weights = { shadow: [0], 'blue-green': [0, 100], immediate: [100] };
    expect(policy!.stages.map(({ weight }) => weight)).toEqual(weights[strategy]);
    expect(refusal).toBeNull();
    if (strategy === 'immediate') expect(forecast).toBeNull();
  },
);

it('of an experiment wants the metric that decides, and says what can be found once that was heard of', async () => {
  const ab = (policy: unknown) => lint({ candidate: 2, strategy: 'ab', policy });
  expect(await ab({})).toMatchObject({ refusal: { code: 'POLICY_INVALID' } });
  const policy = { primary: { metric: 'revenue', maturity: '1h' } };
  expect(await ab(policy)).toMatchObject({ refusal: null, experiment: null, policy: { stages: [] } });
});
