import { expect, test } from 'vitest';
import { fingerprintOf, groupKeyOf } from './fingerprint.ts';
import { labels } from './testing/conditions.ts';

/** FNV-1a of nothing is its offset; of "a", as the authors print it: af63dc4c8601ec8c. */
test('no labels have the fingerprint that Prometheus gives them', () => {
  expect(fingerprintOf({})).toBe('cbf29ce484222325');
});

test('the order in which labels are written does not matter, a value does', () => {
  expect(fingerprintOf({ a: '1', b: '2' })).toBe(fingerprintOf({ b: '2', a: '1' }));
  expect(fingerprintOf({ a: '1', b: '2' })).not.toBe(fingerprintOf({ a: '12', b: '' }));
});

test('groups are named as Alertmanager names them', () => {
  expect(groupKeyOf(labels('FeatureDrift', { feature: 'age' }))).toBe(
    '{}:{endpoint="churn-eu", model="churn"}',
  );
});
