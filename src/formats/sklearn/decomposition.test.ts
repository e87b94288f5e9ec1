import { expect, test } from 'vitest';
import { readKMeans } from './decomposition.ts';
import { floats, instance, testReading } from './testing/values.ts';

test.each([
  ['0.18.2', true],
  ['0.22.2.post1', true],
  ['0.23.0', undefined],
])('labels of KMeans in %s come from whole squared distances: %s', (release, whole) => {
  const fitted = { cluster_centers_: floats([1, 2], [2, 1]), _sklearn_version: release };
  const view = testReading().view(instance('sklearn.cluster.KMeans', fitted), '');
  expect(readKMeans(view).wholeDistances).toBe(whole);
});
