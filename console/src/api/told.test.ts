import { expect, test } from 'vitest';
import type { ControlOperations } from './generated/control-api.ts';
import { isAbout, isTold } from './told.ts';

type Name = keyof ControlOperations;
const key = (name: Name, ...rest: readonly unknown[]): readonly unknown[] => [name, ...rest];

test('a change of one endpoint is news to lists and to that endpoint, not to others', () => {
  const changed = { kind: 'endpoint', name: 'churn', endpoint: 'churn' };
  const one = (endpoint: string) => key('GET /api/v1/endpoints/{endpoint}', { endpoint }, null);
  expect(isAbout(key('GET /api/v1/endpoints', 'all', null, null), changed)).toBe(true);
  expect([isAbout(one('churn'), changed), isAbout(one('iris'), changed)]).toEqual([true, false]);
  expect(isAbout(key('GET /api/v1/audit', 'parts', null, null), changed)).toBe(false);
});

test('a step of a rollout is news to its endpoint and to itself', () => {
  const changed = { kind: 'rollout', name: 'ro_1', endpoint: 'churn' };
  const rollout = (id: string) => key('GET /api/v1/rollouts/{id}/windows', 'parts', { id }, null);
  expect([isAbout(rollout('ro_1'), changed), isAbout(rollout('ro_2'), changed)]).toEqual([true, false]);
  expect(isAbout(key('GET /api/v1/endpoints/{endpoint}', { endpoint: 'churn' }), changed)).toBe(true);
  expect(isAbout(key('GET /api/v1/endpoints/{endpoint}', { endpoint: 'iris' }), changed)).toBe(false);
  // Told by the audit log, which does not say whose it is.
  const unknown = { ...changed, endpoint: null };
  expect(isAbout(key('GET /api/v1/endpoints/{endpoint}', { endpoint: 'churn' }), unknown)).toBe(true);
});

test('what is counted is no news by itself: it is asked for as before', () => {
  const told: readonly Name[] = [
    ...(['GET /api/v1/endpoints', 'GET /api/v1/rollouts/{id}', 'GET /api/v1/alerts/{alert}'] as const),
    ...(['GET /api/v1/jobs/{job}/runs', 'GET /api/v1/models/{model}/versions'] as const),
  ];
  const counted: readonly Name[] = [
    ...(['GET /api/v1/endpoints/{endpoint}/drift', 'GET /api/v1/endpoints/{endpoint}/quality'] as const),
    ...(['GET /api/v1/info', 'GET /api/v1/api-keys'] as const),
  ];
  expect([told.map(isTold), counted.map(isTold)]).toEqual([told.map(() => true), counted.map(() => false)]);
});

test('what is loaded follows from versions and routes', () => {
  const of = (kind: string) => ({ kind, name: 'churn', endpoint: null });
  expect(['version', 'endpoint', 'alert'].map((kind) => isAbout(['served'], of(kind)))).toEqual([
    ...[true, true, false],
  ]);
});
