import { expect, test } from 'vitest';
import type { KubernetesObject } from '../manifest.ts';
import { tried } from './retry.ts';

const AGAIN = 'plimsoll.dev/again';
const object: KubernetesObject = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'churn', annotations: { mine: '1' } } },
  spec: { template: { metadata: { labels: { a: 'b' } }, spec: {} } },
};
const live = (again?: string) => ({
  metadata: { resourceVersion: '41' },
  spec: { template: { metadata: { annotations: again === undefined ? {} : { [AGAIN]: again } } } },
});

test('New pods are made by their template, another try of controllers by the object itself', () => {
  expect(tried(object, live(), 'pods')).toEqual({
    ...object,
    spec: { template: { metadata: { labels: { a: 'b' }, annotations: { [AGAIN]: '41' } }, spec: {} } },
  });
  expect(tried(object, live(), 'controllers')).toEqual({
    ...object,
    metadata: { name: 'churn', annotations: { mine: '1', [AGAIN]: '41' } },
  });
});

test('Where nothing is to be tried again, pods that are there stay those that they are', () => {
  expect(tried(object, null, undefined)).toBe(object);
  expect(tried(object, live(), undefined)).toBe(object);
  expect(tried(object, live('7'), undefined)).toMatchObject({
    spec: { template: { metadata: { annotations: { [AGAIN]: '7' } } } },
  });
});
