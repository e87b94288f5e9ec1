import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../manifest.ts';
import { ROLLOUT_MANAGER } from './field-managers.ts';
import { keptRules } from './preserved-rules.ts';

const backends = (weights: Readonly<Record<string, number>>) => [
  { backendRefs: Object.entries(weights).map(([name, weight]) => ({ name, weight })) },
];
const wanted = (weights: Readonly<Record<string, number>>): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'churn' },
  spec: { hostnames: ['churn.example'], rules: backends(weights) },
});
const live = (
  weights: Readonly<Record<string, number>>,
  manager = ROLLOUT_MANAGER,
  resourceVersion = '1',
) => ({
  metadata: { resourceVersion, managedFields: [{ manager, fieldsV1: { 'f:spec': { 'f:rules': {} } } }] },
  spec: { rules: backends(weights) },
});

describe('Rules of a route', () => {
  test('are applied as they are where no rollout drives them', () => {
    expect(keptRules(wanted({ 'churn-v1': 100 }), null)).toBeNull();
    expect(keptRules(wanted({ 'churn-v1': 100 }), live({ 'churn-v1': 50 }, 'plimsoll'))).toBeNull();
  });

  test('keep the shares of a rollout; a version that is new to it gets none yet', () => {
    const kept = keptRules(
      wanted({ 'churn-v1': 90, 'churn-v2': 10, 'churn-v3': 0 }),
      live({ 'churn-v1': 75, 'churn-v2': 25 }),
    );
    expect(kept?.rules).toMatchObject({
      spec: { rules: backends({ 'churn-v1': 75, 'churn-v2': 25, 'churn-v3': 0 }) },
    });
    expect(kept?.rest).toMatchObject({ spec: { hostnames: ['churn.example'] } });
    expect(kept?.rest).not.toHaveProperty('spec.rules');
  });

  test('take what else has changed of them, and are refused where somebody has written since they were read', () => {
    const given = wanted({ 'churn-v1': 100, 'churn-v2': 0 });
    const [rule] = (given['spec'] as { rules: object[] }).rules;
    const changed = { timeouts: { request: '120s' }, filters: [{ type: 'RequestMirror' }] };
    const kept = keptRules(
      { ...given, spec: { rules: [{ ...rule, ...changed }] } },
      live({ 'churn-v1': 75, 'churn-v2': 25 }, ROLLOUT_MANAGER, '41'),
    );
    expect(kept?.rules).toMatchObject({
      metadata: { name: 'churn', resourceVersion: '41' },
      spec: { rules: [{ ...changed, ...backends({ 'churn-v1': 75, 'churn-v2': 25 })[0] }] },
    });
  });

  test('do not lose a version that a rollout sends requests to', () => {
    expect(() => keptRules(wanted({ 'churn-v2': 100 }), live({ 'churn-v1': 75, 'churn-v2': 25 }))).toThrow(
      'a rollout has sent requests to churn-v1',
    );
    expect(
      keptRules(wanted({ 'churn-v2': 100 }), live({ 'churn-v1': 0, 'churn-v2': 100 }))?.rules,
    ).toMatchObject({
      spec: { rules: backends({ 'churn-v2': 100 }) },
    });
  });
});
