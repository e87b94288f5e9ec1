import { expect, test } from 'vitest';
import { LATENCY_BINS, latencyBin, latencyBound } from './window-part.ts';

test('a latency is shown as at most 19 % more than it was, from 16 µs to three minutes', () => {
  for (let millis = 0.016; millis < 180_000; millis *= 1.01) {
    const shown = latencyBound(latencyBin(millis));
    expect(shown / millis).toBeGreaterThan(1 - 1e-9);
    expect(shown / millis).toBeLessThan(2 ** 0.25 + 1e-9);
  }
  expect(latencyBin(1e9)).toBe(LATENCY_BINS - 1);
});
