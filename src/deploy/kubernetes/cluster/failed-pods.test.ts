import { describe, expect, test } from 'vitest';
import { lateReason, stuckPod } from './failed-pods.ts';

const pod = (waiting: object | null, hash = 'new', at = '2026-01-02T00:00:00Z') => ({
  metadata: { name: `churn-v3-${hash}`, creationTimestamp: at, labels: { 'pod-template-hash': hash } },
  status: { containerStatuses: [{ state: waiting === null ? { running: {} } : { waiting } }] },
});
const deployment = { status: { updatedReplicas: 1 } };
const NO_IMAGE = { reason: 'ImagePullBackOff', message: 'no such image' };

describe('A pod is stuck', () => {
  test('where its node has given up, not where it is being started', () => {
    expect(
      stuckPod(deployment, [pod(null), pod({ reason: 'ContainerCreating' }), { metadata: {} }]),
    ).toBeNull();
    expect(stuckPod(deployment, [pod({ reason: 'ErrImagePull' })])).toBeNull();
    expect(stuckPod(deployment, [pod(null), pod(NO_IMAGE)])).toBe(
      'churn-v3-new: ImagePullBackOff: no such image',
    );
  });

  test('only where it is of the newest template: an older one is what is being mended', () => {
    const old = pod(NO_IMAGE, 'old', '2026-01-01T00:00:00Z');
    expect(stuckPod(deployment, [old, pod({ reason: 'ContainerCreating' })])).toBeNull();
    expect(stuckPod(deployment, [old, pod(NO_IMAGE)])).toContain('churn-v3-new');
    expect(stuckPod({ status: {} }, [old])).toBeNull();
    const changed = { metadata: { generation: 3 }, status: { updatedReplicas: 1, observedGeneration: 2 } };
    expect(stuckPod(changed, [old])).toBeNull();
  });
});

test('A pod that is late says why: no node for it, what it waits for, or how often it ended', () => {
  const late = (status: object): string | null => lateReason(deployment, [{ ...pod(null), status }]);
  const message = '0/3 nodes are available: 3 Insufficient cpu.';
  const placed = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  expect(late({ conditions: [placed] })).toBe(`churn-v3-new: Unschedulable: ${message}`);
  const waiting = { state: { waiting: { reason: 'ContainerCreating' } } };
  expect(late({ containerStatuses: [waiting] })).toBe('churn-v3-new: ContainerCreating');
  const ended = { ready: false, restartCount: 2, state: { running: {} } };
  expect(late({ containerStatuses: [ended] })).toBe('churn-v3-new: not ready: it was started 3 times');
  expect(late({ containerStatuses: [{ ...ended, ready: true }] })).toBeNull();
});
