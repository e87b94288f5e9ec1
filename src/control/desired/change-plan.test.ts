import { expect, test } from 'vitest';
import { ENDPOINT, ROLLOUT } from '../../server/api/testing/control.ts';
import type { EndpointView, RolloutView } from '../port.ts';
import { type PresentState, planChanges } from './change-plan.ts';
import { parseDesired } from './desired-state.ts';

const REST: EndpointView = { ...ENDPOINT, rollout: null };

const plan = (file: object, view: EndpointView = REST, last: RolloutView | null = null, aliases = {}) => {
  const present: PresentState = {
    endpoints: new Map([['churn', { view, last }]]),
    aliases: new Map([['churn', aliases]]),
  };
  return planChanges(parseDesired(file, 'f', []), present);
};
const version = (wanted: number) => ({ endpoints: { churn: { version: wanted } } });

test('what is as it should be, or on its way, needs no change', () => {
  const nothing = { changes: [], blocked: [] };
  expect(plan(version(1))).toEqual(nothing);
  expect(plan(version(2), ENDPOINT)).toEqual(nothing);
  const unit = { field: null, header: 'x-unit-id' };
  expect(
    plan({ endpoints: { churn: { rules: [], unit } }, aliases: { churn: { a: 1 } } }, REST, null, { a: 1 }),
  ).toEqual(nothing);
});

test('another version is a rollout with the strategy and the policy of the file', () => {
  const rollout = { strategy: 'shadow', policy: { window: '1s' } };
  expect(plan({ endpoints: { churn: { version: 3, rollout } } }).changes).toEqual([
    { kind: 'rollout', endpoint: 'churn', from: 1, to: 3, ...rollout },
  ]);
});

test('what was rolled back, and what another rollout stands in the way of, is for a person', () => {
  const back = plan(version(2), REST, { ...ROLLOUT, state: 'rolled-back', reason: 'harm in errors' });
  expect(back).toMatchObject({ changes: [], blocked: [{ endpoint: 'churn' }] });
  expect(back.blocked[0]!.reason).toContain('harm in errors');
  expect(plan(version(3), ENDPOINT).blocked[0]!.reason).toContain('version 2 is running');
  // Rolled back long ago, and promoted since.
  expect(plan(version(2), REST, { ...ROLLOUT, state: 'promoted' }).changes).toHaveLength(1);
});

test('aliases of a model that is named become those of the file, and a route only what differs', () => {
  const file = {
    aliases: { churn: { champion: 2, fresh: 3 } },
    endpoints: {
      churn: { rules: [{ header: 'x-beta', values: ['1'], version: 2 }], unit: { field: 'user' } },
    },
  };
  expect(plan(file, REST, null, { champion: 1, old: 1 }).changes).toEqual([
    { kind: 'alias', model: 'churn', alias: 'champion', from: 1, to: 2 },
    { kind: 'alias', model: 'churn', alias: 'fresh', from: null, to: 3 },
    { kind: 'alias', model: 'churn', alias: 'old', from: 1, to: null },
    {
      kind: 'route',
      endpoint: 'churn',
      generation: 7,
      from: { rules: [], unit: { header: 'x-unit-id', cookie: null, field: null } },
      to: {
        rules: [{ header: 'x-beta', values: ['1'], version: 2 }],
        unit: { header: 'x-unit-id', cookie: null, field: 'user' },
      },
    },
  ]);
});
