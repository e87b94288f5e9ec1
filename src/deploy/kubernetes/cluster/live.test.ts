import { describe, expect, test } from 'vitest';
import { conflictsOf, forbiddenPods, managersOf, observedOf } from './live.ts';

const deployment = (status: object, more: object = {}): Record<string, unknown> => ({
  kind: 'Deployment',
  metadata: { generation: 2, labels: { 'plimsoll.dev/deployment': 'churn' }, ...more },
  spec: { replicas: 2 },
  status: { observedGeneration: 2, ...status },
});

describe('A Deployment', () => {
  test.each([
    ['ready', 'all pods are new and available', { updatedReplicas: 2, replicas: 2, availableReplicas: 2 }],
    ['pending', 'a new pod is not available', { updatedReplicas: 2, replicas: 2, availableReplicas: 1 }],
    ['pending', 'an old pod is left', { updatedReplicas: 2, replicas: 3, availableReplicas: 3 }],
    [
      'pending',
      'its controller has not looked at it',
      { observedGeneration: 1, updatedReplicas: 2, replicas: 2, availableReplicas: 2 },
    ],
    [
      'failed',
      'it has come to nothing in time',
      {
        conditions: [
          { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'late' },
        ],
      },
    ],
  ])('is %s where %s', (state, _why, status) => {
    expect(observedOf(deployment(status))).toMatchObject({ state, owner: 'churn', digest: null });
  });

  test('is refused pods by a quota or a policy, not by what passes', () => {
    const refused = (message: string): string | null =>
      forbiddenPods(deployment({ conditions: [{ type: 'ReplicaFailure', status: 'True', message }] }));
    const quota = 'pods "a" is forbidden: exceeded quota: small, requested: pods=1';
    expect(refused(quota)).toBe(quota);
    expect(refused('pods "a" is forbidden: status unknown for quota: small')).toBeNull();
    expect(refused('failed calling webhook "x": timeout')).toBeNull();
    expect(forbiddenPods(deployment({}))).toBeNull();
  });

  test('that is going is neither ready nor failed', () => {
    const going = deployment(
      { updatedReplicas: 2, replicas: 2, availableReplicas: 2 },
      { deletionTimestamp: 'now' },
    );
    expect(observedOf(going).state).toBe('deleting');
  });

  test('of nobody has no owner', () => {
    expect(observedOf({ kind: 'Service', metadata: { labels: {} } })).toEqual({
      state: 'ready',
      reason: null,
      owner: null,
      digest: null,
    });
  });
});

describe('An HTTPRoute', () => {
  const route = (parents: readonly object[]): Record<string, unknown> => ({
    kind: 'HTTPRoute',
    metadata: { generation: 3 },
    status: { parents },
  });
  const condition = (status: string, observedGeneration: number): object => ({
    conditions: [{ type: 'ResolvedRefs', status, observedGeneration, message: 'no backend' }],
  });

  test('has failed where a gateway says of its newest form that it cannot be', () => {
    expect(observedOf(route([condition('False', 3)]))).toMatchObject({
      state: 'failed',
      reason: 'no backend',
    });
    expect(observedOf(route([condition('False', 2)])).state).toBe('pending');
    expect(observedOf(route([condition('True', 3)])).state).toBe('ready');
    expect(observedOf(route([condition('True', 2)])).state).toBe('pending');
    expect(observedOf(route([{ conditions: [{ type: 'Accepted', status: 'True' }] }])).state).toBe('ready');
    expect(observedOf(route([]))).toMatchObject({
      state: 'ready',
      reason: 'no gateway has said anything of it',
    });
  });
});

describe('A Job', () => {
  const job = (conditions: readonly object[]): Record<string, unknown> => ({
    kind: 'Job',
    status: { conditions },
  });

  test('is not waited for, and says when it came to nothing', () => {
    expect(observedOf(job([]))).toMatchObject({ state: 'ready', reason: 'it has not ended yet' });
    expect(observedOf(job([{ type: 'Complete', status: 'True' }]))).toMatchObject({ reason: 'it has run' });
    const message = 'Job has reached the specified backoff limit';
    expect(observedOf(job([{ type: 'Failed', status: 'True', message }]))).toMatchObject({
      ...{ state: 'failed', reason: message },
    });
  });
});

test('A scaler that finds no numbers is told, and not waited for', () => {
  const message =
    'unable to get metric inference_requests_in_flight: no metrics returned from custom metrics API';
  const scaler = (kind: string, condition: object) =>
    observedOf({ kind, status: { conditions: [condition] } });
  const told = { state: 'ready', reason: `it does not scale: ${message}` };
  expect(
    scaler('HorizontalPodAutoscaler', { type: 'ScalingActive', status: 'False', message }),
  ).toMatchObject(told);
  expect(scaler('ScaledObject', { type: 'Ready', status: 'False', message })).toMatchObject(told);
  expect(scaler('ScaledObject', { type: 'Ready', status: 'True', message }).reason).toBeNull();
});

describe('Field managers', () => {
  test('are those that own something below a field, each once, and not what writes states', () => {
    const live = {
      metadata: {
        managedFields: [
          { manager: 'argocd', fieldsV1: { 'f:spec': { 'f:rules': {} } } },
          { manager: 'argocd', fieldsV1: { 'f:spec': { 'f:rules': {} } } },
          { manager: 'gateway', subresource: 'status', fieldsV1: { 'f:spec': { 'f:rules': {} } } },
          { manager: 'plimsoll', fieldsV1: { 'f:metadata': {} } },
        ],
      },
    };
    expect(managersOf(live, 'f:spec', 'f:rules')).toEqual(['argocd']);
    expect(managersOf({}, 'f:spec')).toEqual([]);
  });

  test('that are in the way are named with their fields', () => {
    const answer = {
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-scale" with subresource "scale" using apps/v1',
            field: '.spec.replicas',
          },
          { reason: 'FieldValueInvalid', message: 'no', field: 'spec' },
        ],
      },
    };
    expect(conflictsOf(answer)).toEqual([{ field: '.spec.replicas', manager: 'kubectl-scale' }]);
  });
});
