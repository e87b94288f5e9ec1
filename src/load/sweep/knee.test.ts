import { expect, test } from 'vitest';
import { keepsUp, kneeOf, nextRate, type TriedRate } from './knee.ts';

/** Tries rates of a server that keeps up with everything up to `capacity`, as long as there is one to try. */
function search(capacity: number, peak: number, most = 1e6): TriedRate[] {
  const tried: TriedRate[] = [];
  for (let rate = nextRate(tried, peak, most); rate !== null; rate = nextRate(tried, peak, most)) {
    tried.push({ rate, keepsUp: rate <= capacity });
    expect(tried.length).toBeLessThan(40);
  }
  return tried;
}

test.each([1, 0.3, 0.05, 0.71, 1.19, 4, 30])(
  'a capacity of %f times the peak is found within 4 %%, whatever the peak was taken for',
  (times) => {
    const tried = search(1000 * times, 1000);
    const knee = kneeOf(tried)!;
    expect(knee.rate).toBeLessThanOrEqual(1000 * times);
    expect(knee.beyond!).toBeGreaterThan(1000 * times);
    expect(knee.beyond! / knee.rate).toBeLessThanOrEqual(1.04);
  },
);

test('a capacity near the peak takes no more than ten tries', () => {
  for (const times of [0.6, 0.8, 0.95, 1.05, 1.3]) expect(search(1000 * times, 1000).length).toBeLessThan(11);
});

test('the search ends at the most that may be tried, and below a hundredth of the peak', () => {
  expect(search(1e9, 1000, 1500).at(-1)).toEqual({ rate: 1500, keepsUp: true });
  const none = search(0, 1000);
  expect(kneeOf(none)).toBeNull();
  expect(none.at(-1)!.rate).toBeGreaterThanOrEqual(10);
});

test('a rate below the knee that was too much by chance does not lower it', () => {
  const tried = [
    { rate: 100, keepsUp: true },
    { rate: 200, keepsUp: false },
    { rate: 300, keepsUp: true },
    { rate: 400, keepsUp: false },
  ];
  expect(kneeOf(tried)).toEqual({ rate: 300, beyond: 400 });
});

const STREAM = { arrived: 1000, inTime: 990, pending: 0, seconds: 1 };

test('99 of 100 in time are enough, and nothing at all is not', () => {
  expect(keepsUp(STREAM, 1)).toBe(true);
  expect(keepsUp({ ...STREAM, inTime: 989 }, 1)).toBe(false);
  expect(keepsUp({ ...STREAM, arrived: 0, inTime: 0 }, 1)).toBe(false);
});

test('a queue that is longer at the end than chance makes it grows, and is too much', () => {
  // The root of 1,000 is 31.6, and 50 ms at 1,000 a second are 50 requests that are always under way.
  expect(keepsUp({ ...STREAM, pending: 31 }, 0)).toBe(true);
  expect(keepsUp({ ...STREAM, pending: 33 }, 0)).toBe(false);
  expect(keepsUp({ ...STREAM, pending: 81 }, 50)).toBe(true);
  expect(keepsUp({ ...STREAM, pending: 83 }, 50)).toBe(false);
});
