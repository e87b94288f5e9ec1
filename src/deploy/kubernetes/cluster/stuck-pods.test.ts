import { describe, expect, test } from 'vitest';
import { stuckPod } from './stuck-pods.ts';

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
  });
});
