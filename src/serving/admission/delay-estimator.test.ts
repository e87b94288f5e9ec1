import { expect, test } from 'vitest';
import { DelayEstimator } from './delay-estimator.ts';

test('the pace is what the latest requests have shown', () => {
  const pace = new DelayEstimator(1 / 1000);
  expect(pace.millis).toBe(1 / 1000);
  for (let k = 0; k < 600; k++) pace.learn((k % 20) * 2000, (k % 20) * 5);
  expect(pace.millis).toBeCloseTo(2.5 / 1000, 4);
});

test('what a request takes beside is no reason to believe in a slower pace', () => {
  const pace = new DelayEstimator(1 / 1000);
  for (let k = 0; k < 600; k++) pace.learn((k % 20) * 2000, 30 + (k % 20) * 2);
  expect(pace.millis).toBeCloseTo(1 / 1000, 4);
  expect(pace.start).toBeCloseTo(30, 0);
});

test('queues that are all alike tell nothing', () => {
  const pace = new DelayEstimator(1 / 1000);
  for (let k = 0; k < 300; k++) pace.learn(200, 40);
  expect(pace.millis).toBeCloseTo(1 / 1000, 6);
});

test('no stall moves it further than its range', () => {
  const pace = new DelayEstimator(1 / 1000);
  for (let k = 0; k < 9; k++) pace.learn(k * 5000, k * 1e9);
  expect(pace.millis).toBe(20 / 1000);
});
