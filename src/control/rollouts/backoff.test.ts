import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';
import { ManualClock } from './testing/world.ts';

it('pauses double up to half a minute, by the steady clock, and end with a success', () => {
  const clock = new ManualClock();
  const backoff = new Backoff(clock);
  const pauses = Array.from({ length: 10 }, (_, i) => {
    expect(backoff.fail()).toBe(i + 1);
    clock.jump(1e9);
    let pause = 0;
    for (; backoff.isWaiting; pause += 250) clock.pass(250);
    return pause;
  });
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  backoff.fail();
  backoff.reset();
  expect(backoff.isWaiting).toBe(false);
  expect(backoff.fail()).toBe(1);
});
