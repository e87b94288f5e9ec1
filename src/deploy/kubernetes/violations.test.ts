import { expect, test } from 'vitest';
import { kubernetesSpecOf } from './spec.ts';

const CHURN = {
  name: 'churn',
  version: 3,
  digest: 'ab'.repeat(32),
  runtime: 'native',
  isOnnx: false,
} as const;
const IMAGE = { image: 'registry.example/churn:3' };

test('a deployment may have no pods where jobs score, and not where nothing does', () => {
  const batch = [{ name: 'nightly', input: 's3://rows/', output: 's3://scores/', key: 'id' }];
  expect(kubernetesSpecOf({ ...IMAGE, replicas: 0, batch }, CHURN)).toMatchObject({
    replicas: 0,
    scaler: null,
  });
  expect(() => kubernetesSpecOf({ ...IMAGE, replicas: 0 }, CHURN)).toThrow('nothing would ever run');
});
