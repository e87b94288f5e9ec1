import { expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { measureMicros } from './measure.ts';

/** An engine whose every call moves the clock on, and the calls it got. */
function timed(millis: number) {
  let now = 1000;
  let calls = 0;
  const engine = {
    infer: () => {
      now += millis;
      calls++;
      return {};
    },
  } as unknown as Engine;
  const clock = { now: () => now, monotonic: () => now };
  const batch = { kind: 'matrix', rows: 1, width: 1, data: Float64Array.of(1) } as const;
  return { measure: () => measureMicros(engine, batch, clock), calls: () => calls };
}

test('measureMicros() gives the cost of one call', async () => {
  expect(await timed(0.01).measure()).toBeCloseTo(10, 6);
  expect(await timed(7).measure()).toBeCloseTo(7000, 6);
});

test('measureMicros() calls a model that takes seconds twice, not eighty times', async () => {
  const slow = timed(3000);
  expect(await slow.measure()).toBeCloseTo(3_000_000, 6);
  expect(slow.calls()).toBe(2);
});
