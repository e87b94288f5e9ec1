import { expect, test } from 'vitest';
import { writtenRouter } from './address.ts';

test('each kind of router has an address of its own form', () => {
  expect(writtenRouter('churn', 'kubernetes:shop/churn').address).toEqual({
    ...{ kind: 'kubernetes', namespace: 'shop', name: 'churn' },
  });
  expect(writtenRouter('churn', 'sagemaker:eu-west-1/churn').address).toEqual({
    ...{ kind: 'sagemaker', region: 'eu-west-1', endpoint: 'churn' },
  });
  expect(writtenRouter('churn', 'vertex:acme/europe-west4/churn').address).toEqual({
    ...{ kind: 'vertex', project: 'acme', location: 'europe-west4', endpoint: 'churn' },
  });
});

test('beside it may stand what counts the requests of the servers behind it', () => {
  const metrics = 'http://prometheus:9090';
  expect(writtenRouter('churn', { to: 'kubernetes:shop/churn', metrics })).toMatchObject({
    ...{ text: 'kubernetes:shop/churn', metrics },
  });
  expect(writtenRouter('churn', { to: 'kubernetes:shop/churn' }).metrics).toBeNull();
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
  {},
])('%j is no address, and the message says what one looks like', (written) => {
  expect(() => writtenRouter('churn', written)).toThrow(/routers: churn is .* wanted kubernetes:NAMESPACE/);
});

test.each([
  [{ to: 'kubernetes:shop/churn', metrics: 'prometheus' }, 'wanted the URL of a Prometheus'],
  [{ to: 'kubernetes:shop/churn', metrics: 7 }, 'wanted the URL of a Prometheus'],
  [{ to: 'kubernetes:shop/churn', metric: 'http://p' }, 'unknown key "metric"'],
])('%j is refused with what is wrong about it', (written, words) => {
  expect(() => writtenRouter('churn', written)).toThrow(words);
});
