import { expect, test } from 'vitest';
import { axisRoom, timeTicks, valueTicks } from './axis-ticks.ts';

test('values have round marks within their range', () => {
  expect(valueTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(valueTicks(-2.3, 6.1)).toEqual([-2, 0, 2, 4, 6]);
  expect(valueTicks(0.031, 0.034, 3)).toEqual([0.031, 0.032, 0.033, 0.034]);
  expect(valueTicks(3, 3)).toEqual([3]);
});

test('times have marks on the clock of whoever looks', () => {
  const midnight = Date.UTC(2026, 10, 30);
  const hours = (ticks: readonly number[]) => ticks.map((at) => (at - midnight) / 3_600_000);
  expect(hours(timeTicks(midnight + 1, midnight + 86_400_000, 4, 0))).toEqual([6, 12, 18, 24]);
  // Half an hour off the full one, as in India: five and a half hours east.
  expect(hours(timeTicks(midnight, midnight + 4 * 3_600_000, 5, -330))).toEqual([0.5, 1.5, 2.5, 3.5]);
  expect(timeTicks(0, 900, 3, 0)).toEqual([0]);
});

test('a long figure has the room that it takes', () => {
  expect([axisRoom(['0.5'], 56), axisRoom([], 56)]).toEqual([56, 56]);
  expect(axisRoom(['4000.000', '0.000'], 56)).toBeGreaterThan(64);
});
