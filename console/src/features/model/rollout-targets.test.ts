import { expect, test } from 'vitest';
import type { EndpointView, VersionView } from '../../api/generated/control-api.ts';
import { rolesOf, rolloutTargets } from './rollout-targets.ts';

const version = (number: number, state = 'ready'): VersionView =>
  ({ model: 'm', version: number, state }) as VersionView;
const endpoint = (name: string, more: object): EndpointView =>
  ({ name, model: 'm', stable: 1, previous: null, rollout: null, ...more }) as EndpointView;
const endpoints = [
  endpoint('resting', {}),
  endpoint('moving', { rollout: { candidate: 2 } }),
  endpoint('done', { stable: 2, previous: 1 }),
  endpoint('of another', { model: 'n' }),
];

test('a version goes where it is not yet, and where nothing is on its way', () => {
  expect(rolloutTargets(version(2), endpoints).map(({ name }) => name)).toEqual(['resting']);
  expect(rolloutTargets(version(1), endpoints).map(({ name }) => name)).toEqual(['done']);
  expect(rolloutTargets(version(2, 'refused'), endpoints)).toEqual([]);
});

test('it is said where a version answers, and as what', () => {
  expect(rolesOf(version(2), endpoints)).toEqual([
    { endpoint: 'moving', role: 'is rolled out to' },
    { endpoint: 'done', role: 'serves' },
  ]);
  expect(rolesOf(version(1), endpoints).at(-1)).toEqual({
    endpoint: 'done',
    role: 'is what a rollback goes to at',
  });
});
