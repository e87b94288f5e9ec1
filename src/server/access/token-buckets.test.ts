import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

test('a burst is taken at once, and then what the rate gives', () => {
  const buckets = new TokenBuckets({ perSecond: 2, burst: 3 });
  const at = (now: number): boolean => buckets.take('a', now) === 0;
  expect([at(0), at(0), at(0), at(0)]).toEqual([true, true, true, false]);
  expect(buckets.take('a', 0)).toBe(500);
  expect([at(499), at(500), at(501), at(1000)]).toEqual([false, true, false, true]);
  expect(buckets.take('b', 0)).toBe(0);
});

test('within any time no more is let in than burst and rate together', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(
      gaps,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 10 }),
      (given, perSecond, burst) => {
        const buckets = new TokenBuckets({ perSecond, burst });
        let [now, taken] = [0, 0];
        for (const gap of given) {
          now += gap;
          if (buckets.take('a', now) === 0) taken++;
        }
        expect(taken).toBeLessThanOrEqual(burst + (now / 1000) * perSecond + 1e-6);
      },
    ),
  );
});

test('a hundred thousand addresses take the memory of ten thousand, and those there are keep their share', () => {
  const buckets = new TokenBuckets({ perSecond: 0.001, burst: 2 });
  expect([buckets.take('me', 0), buckets.take('me', 0)]).toEqual([0, 0]);
  let letIn = 0;
  for (let k = 0; k < 100_000; k++) if (buckets.take(`address ${k}`, 1) === 0) letIn++;
  expect(buckets.size).toBe(10_000);
  // Each of those there is room for once, and the rest together a burst.
  expect(letIn).toBe(9_999 + 2);
  expect(buckets.take('me', 2)).toBeGreaterThan(0);
});

test('buckets that are full again make room', () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 2);
  buckets.take('a', 0);
  buckets.take('b', 0);
  expect(buckets.take('c', 5000)).toBe(0);
  expect(buckets.take('c', 5000)).toBeGreaterThan(0);
  expect(buckets.size).toBe(1);
});
