import { describe, expect, test } from 'vitest';
import { deploymentOf } from './deployment.ts';

const object = (kind: string, labels: object, more: object = {}): object => ({
  ...{ apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind },
  metadata: { name: 'churn', labels, ...more },
});
const OURS = { 'plimsoll.dev/deployment': 'churn' };

describe('Objects of a folder', () => {
  test('are a deployment of the name that they carry, in the namespace that they name', () => {
    const objects = [
      object('Deployment', OURS, { namespace: 'shop' }),
      object('Service', OURS, { namespace: 'shop' }),
    ];
    const { deployment, namespace } = deploymentOf(objects, 'folder');
    expect([deployment.name, namespace, deployment.resources.length]).toEqual(['churn', 'shop', 2]);
  });

  test.each([
    ['without the label', [object('Service', {})], 'of 1 deployments'],
    ['of two deployments', [object('Service', OURS), object('Deployment', {})], 'of 2 deployments'],
    [
      'of a name that would select others',
      [object('Service', { 'plimsoll.dev/deployment': 'a,b notin (c)' })],
      'is no value',
    ],
    ['of an empty name', [object('Service', { 'plimsoll.dev/deployment': '' })], 'is no value'],
    ['twice', [object('Service', OURS), object('Service', OURS)], 'Service/churn is in it twice'],
    [
      'in two namespaces',
      [object('Service', OURS), object('Deployment', OURS, { namespace: 'a' })],
      '2 namespaces',
    ],
    ['of a kind that we do not make', [object('Secret', OURS)], 'nothing that is deployed so'],
    ['of a kind by its name in objects', [object('constructor', OURS)], 'nothing that is deployed so'],
    ['that are none', ['text'], 'is no object'],
  ])('%s are refused', (_what, objects, said) => {
    expect(() => deploymentOf(objects, 'folder')).toThrow(said);
  });
});
