import { expect, test } from 'vitest';
import { DelayController, type DelayRule } from './delay-controller.ts';

const RULE: DelayRule = { standing: 10, target: 5, interval: 25, burst: 50, calm: 100 };

test('a burst may fill the long queue, and a queue that becomes shorter is a burst', () => {
  const controller = new DelayController();
  for (let now = 0; now < 200; now++)
    expect(controller.limit(RULE, Math.max(0, 50 - now / 4), now)).toBe(RULE.burst);
});

test('a queue that has stood for an interval without becoming shorter is cut to its target', () => {
  const controller = new DelayController();
  const limits = Array.from({ length: 30 }, (_, now) => controller.limit(RULE, 12, now));
  expect(limits.lastIndexOf(RULE.burst)).toBe(25);
  expect(limits.slice(26).every((limit) => limit === RULE.target)).toBe(true);
});

test('a delay that falls to what may stand in between stands from there', () => {
  const controller = new DelayController();
  for (let now = 0; now < 300; now++)
    expect(controller.limit(RULE, now % 20 === 0 ? 4 : 12, now)).toBe(RULE.burst);
});

test('it goes on shedding as long as anybody is refused, and ends when nobody was for a while', () => {
  const controller = new DelayController();
  controller.refused(0);
  for (let now = 1; now < 1000; now++) {
    expect(controller.limit(RULE, 4, now)).toBe(RULE.target);
    if (now % 50 === 0) controller.refused(now);
  }
  expect(controller.limit(RULE, 4, 1050)).toBe(RULE.target);
  expect(controller.limit(RULE, 4, 1051)).toBe(RULE.burst);
  expect(controller.isShedding).toBe(false);
});

test('a queue that grows fast is cut after half of the interval', () => {
  const controller = new DelayController();
  const limits = Array.from({ length: 30 }, (_, now) => controller.limit(RULE, 11 + now, now));
  expect(limits.lastIndexOf(RULE.burst)).toBe(12);
});

test('a burst that comes at once does not grow any more', () => {
  const controller = new DelayController();
  for (let delay = 11; delay < 50; delay++) expect(controller.limit(RULE, delay, 0)).toBe(RULE.burst);
  for (let now = 1; now < 100; now++) expect(controller.limit(RULE, 49 - now, now)).toBe(RULE.burst);
});
