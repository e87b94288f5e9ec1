import { expect, test } from 'vitest';
import { seededRandom } from '../core/random.ts';
import { poissonGap } from './poisson.ts';

test('gaps of a Poisson stream are exponential, and counts have their mean as variance', () => {
  const random = seededRandom(3);
  const gaps = Array.from({ length: 20_000 }, () => poissonGap(200, random));
  const sorted = gaps.toSorted((a, b) => a - b);
  // Kolmogorov's distance from 1 − exp(−t/5 ms); 1.63 / √n is passed by one of a hundred samples (Smirnov 1948).
  const distance = Math.max(
    ...sorted.map((gap, i) => Math.abs((i + 0.5) / sorted.length - (1 - Math.exp(-gap / 5)))),
  );
  expect(distance).toBeLessThan(1.63 / Math.sqrt(gaps.length));
  const counts: number[] = [];
  let at = 0;
  for (const gap of gaps) {
    at += gap;
    const second = Math.floor(at / 1000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  const whole = counts.slice(0, -1);
  const mean = whole.reduce((sum, count) => sum + count, 0) / whole.length;
  const variance = whole.reduce((sum, count) => sum + (count - mean) ** 2, 0) / whole.length;
  expect(mean).toBeGreaterThan(190);
  expect(mean).toBeLessThan(210);
  // A steady stream has none, one that comes in bursts has more.
  expect(variance / mean).toBeGreaterThan(0.7);
  expect(variance / mean).toBeLessThan(1.4);
});

test('the same seed gives the same moments', () => {
  const [one, other] = [seededRandom(5), seededRandom(5)];
  for (let i = 0; i < 100; i++) expect(poissonGap(10, one)).toBe(poissonGap(10, other));
});
