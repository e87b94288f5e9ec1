import { expect, test } from 'vitest';
import { Backoff, backoffMillis } from './backoff.ts';

const POLICY = { firstMillis: 250, maxMillis: 30_000 };

test('pauses double up to the longest, which they keep', () => {
  const backoff = new Backoff(POLICY);
  const pauses = Array.from({ length: 10 }, () => backoff.fail());
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  expect(backoff.failures).toBe(10);
  expect(backoffMillis(POLICY, 1e6)).toBe(30_000);
});

test('a pause ends by the steady clock', () => {
  let now = 1000;
  const backoff = new Backoff(POLICY, { clock: { monotonic: () => now } });
  expect(backoff.isWaiting).toBe(false);
  backoff.fail();
  now += 249;
  expect(backoff.isWaiting).toBe(true);
  now += 1;
  expect(backoff.isWaiting).toBe(false);
});

test('a success ends the pause, and the next failure is the first again', () => {
  const backoff = new Backoff(POLICY, { clock: { monotonic: () => 0 } });
  backoff.fail();
  backoff.fail();
  backoff.reset();
  expect(backoff.isWaiting).toBe(false);
  expect(backoff.fail()).toBe(250);
});

test('chance takes off the share that is left to it, never more', () => {
  const policy = { ...POLICY, jitter: 0.4 };
  expect([0, 0.5, 1].map((chance) => backoffMillis(policy, 1, chance))).toEqual([250, 200, 150]);
  expect(new Backoff(policy, { random: { next: () => 0.5 } }).fail()).toBe(200);
});

test('a factor of its own makes pauses grow faster', () => {
  const policy = { firstMillis: 250, maxMillis: 3000, factor: 4 };
  expect([1, 2, 3, 4].map((failures) => backoffMillis(policy, failures))).toEqual([250, 1000, 3000, 3000]);
});
