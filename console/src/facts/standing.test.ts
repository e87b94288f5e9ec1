import { expect, test } from 'vitest';
import type { AlertView, EndpointView, RolloutView } from '../api/generated/control-api.ts';
import { standingOf } from './standing.ts';

const endpoint = (rollout: Partial<RolloutView> | null = null): EndpointView =>
  ({
    name: 'churn',
    model: 'churn',
    stable: 1,
    rollout: rollout && { ...ROLLOUT, ...rollout },
  }) as EndpointView;
const stage = (weight: number, approval = false) => ({
  weight,
  approval,
  shadow: 0,
  bake: 60_000,
  minUnits: 1,
});
const ROLLOUT = {
  ...{ candidate: 2, weight: 25, stage: 1, state: 'running', strategy: 'canary', warnings: [] },
  reason: 'stage 2 has 1m of 5m',
  progress: { stages: [stage(5), stage(25, true)], elapsed: 10_000, approved: false },
};
const alert = (of: Partial<AlertView> = {}): AlertView =>
  ({
    ...{ state: 'firing', severity: 'ticket', acknowledgedBy: null, inhibitedBy: null, known: true },
    told: { sentence: 'age moved', advice: 'look at its source' },
    ...of,
  }) as AlertView;
const traffic = (failed = 0) => ({ requests: 100, failed, invalid: 0, rate: 5, p99: 2 });

test('at rest it says who is served, and that nobody has asked', () => {
  expect(standingOf(endpoint(), [], traffic())).toMatchObject({
    level: 'steady',
    sentence: 'Version 1 serves everybody',
  });
  expect(standingOf(endpoint(), [], null).level).toBe('idle');
});

test.each([
  ['an alert that fires', endpoint(), [alert()], traffic(), 'act'],
  ['one that somebody looks after', endpoint(), [alert({ acknowledgedBy: 'ana' })], traffic(), 'watch'],
  ['one that only informs', endpoint(), [alert({ severity: 'info' })], traffic(), 'watch'],
  ['one that is pending', endpoint(), [alert({ state: 'pending' })], traffic(), 'watch'],
  ['one that follows from another', endpoint(), [alert({ inhibitedBy: 'x' })], traffic(), 'watch'],
  ['one that cannot be evaluated', endpoint(), [alert({ known: false })], traffic(), 'watch'],
  ['a rollout on its way', endpoint({}), [], traffic(), 'moving'],
  ['a rollout that is paused', endpoint({ state: 'holding' }), [], traffic(), 'act'],
  ['a rollout that waits in vain', endpoint({ warnings: ['too few units'] }), [], traffic(), 'watch'],
  ['requests that fail', endpoint(), [], traffic(6), 'act'],
  ['a few that fail', endpoint(), [], traffic(4), 'steady'],
] as const)('%s', (_, given, alerts, counted, level) => {
  expect(standingOf(given, alerts, counted).level).toBe(level);
});

test('a stage waits for approval only once it is over otherwise, and until it is approved', () => {
  const { progress } = ROLLOUT;
  const at = (elapsed: number, approved = false) =>
    standingOf(endpoint({ progress: { ...progress, elapsed, approved } as never }), [], traffic()).level;
  expect([at(59_999), at(60_000), at(60_000, true)]).toEqual(['moving', 'act', 'moving']);
});

test('what a person has to do is said before all else, the most urgent of it first, with how much more there is', () => {
  const worse = alert({ severity: 'page', told: { sentence: 'it is down' } as never });
  const all = standingOf(endpoint({}), [alert({ state: 'pending' }), alert(), worse], traffic());
  expect(all).toMatchObject({ level: 'act', sentence: 'it is down', place: 'endpoint', others: 1 });
});
