import { expect, test } from 'vitest';
import { routerAddress } from './address.ts';

test('each kind of router has an address of its own form', () => {
  expect(routerAddress('churn', 'kubernetes:shop/churn')).toEqual({
    ...{ kind: 'kubernetes', namespace: 'shop', name: 'churn' },
  });
  expect(routerAddress('churn', 'sagemaker:eu-west-1/churn')).toEqual({
    ...{ kind: 'sagemaker', region: 'eu-west-1', endpoint: 'churn' },
  });
  expect(routerAddress('churn', 'vertex:acme/europe-west4/churn')).toEqual({
    ...{ kind: 'vertex', project: 'acme', location: 'europe-west4', endpoint: 'churn' },
  });
});

test.each([
  'kubernetes:churn',
  'kubernetes:shop/churn/2',
  'kubernetes:/churn',
  'vertex:acme/churn',
  'sagemaker:',
  'nginx:a/b',
  'kubernetes:shop/ch urn',
  7,
  null,
])('%j is no address, and the message says what one looks like', (written) => {
  expect(() => routerAddress('churn', written)).toThrow(/routers: churn is .* wanted kubernetes:NAMESPACE/);
});
