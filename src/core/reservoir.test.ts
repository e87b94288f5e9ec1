import { expect, test } from 'vitest';
import { Reservoir } from './reservoir.ts';

const sampleOf = (count: number, most: number, seed: number): readonly number[] => {
  const sample = new Reservoir<number>(most, seed);
  for (let k = 0; k < count; k++) sample.add(k);
  expect(sample.count).toBe(count);
  return sample.read();
};

test('all are kept where there are no more than asked for', () => {
  expect(sampleOf(5, 5, 1)).toEqual([0, 1, 2, 3, 4]);
  expect(sampleOf(2, 5, 1)).toEqual([0, 1]);
});

test('a sample is in order, the same for a seed, and takes every place as often as any other', () => {
  const once = sampleOf(100, 10, 3);
  expect(once).toHaveLength(10);
  expect(once).toEqual([...new Set(once)].toSorted((a, b) => a - b));
  expect(sampleOf(100, 10, 3)).toEqual(once);
  const taken = new Float64Array(20);
  for (let seed = 0; seed < 4000; seed++) for (const k of sampleOf(20, 5, seed)) taken[k]! += 1;
  // 1,000 each; five standard deviations are 137.
  for (const times of taken) expect(Math.abs(times - 1000)).toBeLessThan(137);
});
