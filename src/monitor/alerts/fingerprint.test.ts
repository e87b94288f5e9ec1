import { expect, test } from 'vitest';
import { alertFingerprint, alertGroupKey } from './fingerprint.ts';
import { alertLabels } from './testing/conditions.ts';

/** FNV-1a of nothing is its offset; of "a", as the authors print it: af63dc4c8601ec8c. */
test('no labels have the fingerprint that Prometheus gives them', () => {
  expect(alertFingerprint({})).toBe('cbf29ce484222325');
});

test('the order in which labels are written does not matter, a value does', () => {
  expect(alertFingerprint({ a: '1', b: '2' })).toBe(alertFingerprint({ b: '2', a: '1' }));
  expect(alertFingerprint({ a: '1', b: '2' })).not.toBe(alertFingerprint({ a: '12', b: '' }));
});

test('groups are named as Alertmanager names them', () => {
  expect(alertGroupKey(alertLabels('FeatureDrift', { feature: 'age' }))).toBe(
    '{}:{endpoint="churn-eu", model="churn"}',
  );
});
