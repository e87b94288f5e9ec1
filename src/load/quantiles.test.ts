import { expect, test } from 'vitest';
import { seededRandom } from '../core/random.ts';
import { evenParts, latencyOf, quantileOf } from './quantiles.ts';

/** The definition, word by word: the smallest value that a share of at least `q` is not above. */
const byDefinition = (values: readonly number[], q: number): number =>
  Math.min(...values.filter((one) => values.filter((other) => other <= one).length >= q * values.length));

test('a quantile is the smallest value that so many are not above', () => {
  const random = seededRandom(7);
  for (let length = 1; length < 60; length++) {
    const values = Array.from({ length }, () => Math.floor(random.next() * 20));
    const sorted = values.toSorted((a, b) => a - b);
    for (const q of [0.01, 0.5, 0.9, 0.99]) expect(quantileOf(sorted, q)).toBe(byDefinition(values, q));
  }
});

test('nothing has no latency, and few values say nothing of a p99.9', () => {
  expect(latencyOf(new Float64Array())).toMatchObject({ count: 0, mean: 0, p50: 0, max: 0 });
  const few = latencyOf(Float64Array.from({ length: 1000 }, (_, i) => i));
  expect(few).toMatchObject({ count: 1000, p50: 499, max: 999, mean: 499.5 });
  expect(few.p999).toMatchObject({ value: 998, high: null });
});

test('the bounds of a p99 hold the true one in 95 of 100 samples of an exponential distribution', () => {
  const random = seededRandom(20);
  const truth = -Math.log(0.01);
  let held = 0;
  for (let run = 0; run < 300; run++) {
    const { p99 } = latencyOf(Float64Array.from({ length: 2000 }, () => -Math.log(1 - random.next())));
    if (p99.low! <= truth && truth <= p99.high!) held++;
  }
  // Of 300 runs at 95 %, four standard deviations are 15.
  expect(Math.abs(held - 285)).toBeLessThanOrEqual(15);
});

test('even parts have the means of a distribution from its least to its greatest values', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1000 - i);
  const parts = evenParts(values, 100);
  expect(parts).toHaveLength(100);
  expect(parts[0]).toBe(5.5);
  expect(parts[99]).toBe(995.5);
  expect(evenParts(Float64Array.of(3, 1), 100)).toEqual([1, 3]);
  expect(evenParts(new Float64Array(), 100)).toEqual([]);
});
