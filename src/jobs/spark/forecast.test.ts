import { expect, test } from 'vitest';
import { forecast } from './forecast.ts';

test('twice the cores halve the time of scoring, and not that of the start', () => {
  const one = forecast(3_600_000, 1000, 1, 2);
  const two = forecast(3_600_000, 1000, 2, 2);
  expect(one.seconds! - two.seconds!).toBe(1800);
  expect(one.cost).toBeCloseTo((2 * one.seconds!) / 3600, 12);
});

test('rows that are not known give no time, a price that is not known no cost', () => {
  expect(forecast(null, 1000, 2, 5)).toMatchObject({ seconds: null, cost: null });
  expect(forecast(1000, 1000, 2, null)).toMatchObject({ cost: null });
});
