import { expect, test } from 'vitest';
import { murmur3 } from './murmur3.ts';

test.each([
  // flagd fractional evaluation, seed 0
  ['ejOoVL', 0, 0],
  ['bY9fO-', 0, 1],
  ['SI7p-', 0, 2147483647],
  ['6LvT0', 0, 2147483648],
  ['ceQdGm', 0, 4294967295],
  ['jon@company.com', 0, 1557731397],
  ['user1', 0, 3305849917],
])('murmur3() of "%s" with seed %i is %i, as flagd says', (text, seed, hash) => {
  expect(murmur3(text, seed)).toBe(hash);
});

test.each([
  ['AB12A:122', 23],
  ['AB12A:155', 100],
  ['Feature.flexibleRollout.10:174', 10],
])('murmur3() of "%s" puts Unleash group members in bucket %i', (text, bucket) => {
  expect((murmur3(text, 0) % 100) + 1).toBe(bucket);
});

test.each([
  ['ppid11886780721', 5254],
  ['ppid21886780721', 4299],
])('murmur3() of "%s" with seed 1 gives Optimizely bucket %i', (text, bucket) => {
  expect(Math.floor((murmur3(text, 1) / 2 ** 32) * 10000)).toBe(bucket);
});
