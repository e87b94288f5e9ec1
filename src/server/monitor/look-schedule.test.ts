import { expect, test } from 'vitest';
import { LookSchedule } from './look-schedule.ts';

const MINUTE = 60_000;

test('the first process comes at once, the second one soon, all others when the one before said', () => {
  const pace = new LookSchedule();
  expect(pace.isDue(0, 1)).toBe(true);
  pace.rests(1000, MINUTE);
  expect(pace.isDue(20_999, 1)).toBe(false);
  expect(pace.isDue(21_000, 1)).toBe(true);
  pace.rests(22_000, MINUTE);
  expect(pace.isDue(22_000 + MINUTE - 1, 1)).toBe(false);
  expect(pace.isDue(22_000 + MINUTE, 1)).toBe(true);
});

test('many files do not wait', () => {
  const pace = new LookSchedule();
  pace.rests(0, MINUTE);
  expect(pace.isDue(1, 255)).toBe(false);
  expect(pace.isDue(1, 256)).toBe(true);
});

test('while somebody asks it looks every five seconds, and stays for a minute', () => {
  const pace = new LookSchedule();
  pace.rests(0, MINUTE);
  pace.asked(1000);
  expect(pace.isDue(4999, 0)).toBe(false);
  expect(pace.isDue(5000, 0)).toBe(true);
  expect(pace.mayRest(1000 + MINUTE)).toBe(false);
  expect(pace.mayRest(1001 + MINUTE)).toBe(true);
});

test('what was set is looked at without waiting', () => {
  const pace = new LookSchedule();
  pace.rests(0, MINUTE);
  pace.wanted();
  expect(pace.isDue(1, 0)).toBe(true);
});
