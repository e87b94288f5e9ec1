import { expect, test } from 'vitest';
import { usualTraffic } from './usual-traffic.ts';

const HOUR = 3_600_000;
const WEEK = 168 * HOUR;
const hours = (count: number, requests: number) => Array.from({ length: count }, () => ({ requests }));

test('even traffic has its rate, at the peak and at any hour', () => {
  const found = usualTraffic(hours(168, 36_000), HOUR, WEEK);
  expect(found?.rate).toBeCloseTo(10, 9);
  expect(found?.peak).toBeCloseTo(10, 9);
  expect((found?.hours ?? 0) / HOUR).toBeGreaterThan(23.5);
});

test('a shop that is open ten hours a day has ten hours of traffic, whoever tries something at night', () => {
  const found = usualTraffic([...hours(70, 36_000), ...hours(98, 3)], HOUR, WEEK);
  expect((found?.hours ?? 0) / HOUR).toBeCloseTo(10, 0);
  expect(found?.rate).toBeCloseTo(10, 9);
});

test('the busiest hour is the peak, and one nightly burst is an hour of the day', () => {
  const found = usualTraffic([...hours(7, 360_000), ...hours(161, 0)], HOUR, WEEK);
  expect(found).toEqual({ rate: 100, peak: 100, hours: HOUR });
});

test('of a handful of requests nothing is known', () => {
  expect(usualTraffic(hours(9, 11), HOUR, WEEK)).toBeNull();
  expect(usualTraffic([], HOUR, WEEK)).toBeNull();
});
