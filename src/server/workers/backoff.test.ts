import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

const after = (...ends: readonly (number | null)[]): Backoff => {
  const backoff = new Backoff();
  for (const served of ends) backoff.ended(served);
  return backoff;
};

test('the wait doubles from 100 ms to 10 s while workers keep ending soon', () => {
  const delays = Array.from({ length: 10 }, (_, k) => after(...Array<number>(k + 1).fill(50)).delay);
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
});

test('a worker that has served for a minute is replaced as if it were the first', () => {
  expect(after(1, 1, 1, 60_000).delay).toBe(100);
  expect(after(1, 1, 1, 59_999).delay).toBe(800);
});

test('five starts in a row that fail are hopeless, one that answers in between begins anew', () => {
  expect(after(null, null, null, null).isHopeless).toBe(false);
  expect(after(null, null, null, null, null).isHopeless).toBe(true);
  expect(after(null, null, null, 5, null, null).isHopeless).toBe(false);
  expect(after(1, 1, 1, 1, 1, 1, 1).isHopeless).toBe(false);
});
