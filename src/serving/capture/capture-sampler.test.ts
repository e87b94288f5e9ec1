import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_CAPTURE_RULE } from '../../capture/capture-rules.ts';
import { seededRandom } from '../../core/random.ts';
import { CaptureSampler } from './capture-sampler.ts';

const rule = (changes: Partial<typeof DEFAULT_CAPTURE_RULE> = {}) => ({
  ...DEFAULT_CAPTURE_RULE,
  ...changes,
});
const hashes = (seed: number): (() => number) => {
  const random = seededRandom(seed);
  return () => Math.floor(random.next() * 2 ** 32);
};

/** Shares of admitted requests that come evenly, by second; `perSecond` says how many come in each. */
function admitted(perSecond: readonly number[], given = rule(), rows = 1, seed = 1): number[][] {
  const admission = new CaptureSampler();
  const next = hashes(seed);
  return perSecond.map((count, second) =>
    Array.from({ length: count }, (_, i) =>
      admission.admit(given, next(), rows, 1000 * (second + i / count)),
    ).filter((share) => share > 0),
  );
}

const weightOf = (shares: readonly number[]): number => shares.reduce((sum, share) => sum + 1 / share, 0);

test('everything is captured, with weight 1, while there is little of it', () => {
  for (const shares of admitted([0, 10, 449, 300, 450, 1])) expect(weightOf(shares)).toBe(shares.length);
  expect(admitted([400])[0]).toHaveLength(400);
});

test('a steady flow of any size is thinned to just under the rate, and its weights add up to it', () => {
  for (const flow of [1001, 2500, 20_000]) {
    const [, ...seconds] = admitted(new Array<number>(30).fill(flow));
    for (const shares of seconds) {
      expect(shares.length).toBeLessThanOrEqual(1000);
      expect(shares.length).toBeGreaterThan(650);
    }
    const sum = seconds.reduce((total, shares) => total + weightOf(shares), 0);
    expect(sum / (flow * seconds.length)).toBeCloseTo(1, 1);
  }
});

test('a burst out of nothing stays under the rate and is captured to its end', () => {
  const admission = new CaptureSampler();
  const next = hashes(5);
  const times = Array.from({ length: 100_000 }, (_, i) => i / 100).filter(
    (now) => admission.admit(rule(), next(), 1, now) > 0,
  );
  expect(times.length).toBeLessThanOrEqual(1000);
  expect(times.length).toBeGreaterThan(880);
  // The share is small at the end, but the end is not left out.
  expect(times.at(-1)).toBeGreaterThan(500);
});

test('sums of weights are right on average over many bursts, whatever was thinned before', () => {
  const sums = Array.from({ length: 400 }, (_, seed) =>
    weightOf(admitted([3000, 500, 9000], rule({ maxRate: 200 }), 1, seed + 1).flat()),
  );
  const mean = sums.reduce((total, sum) => total + sum, 0) / sums.length;
  const variance = sums.reduce((total, sum) => total + (sum - mean) ** 2, 0) / sums.length;
  expect(Math.abs(mean - 12_500)).toBeLessThan(4 * Math.sqrt(variance / sums.length));
});

test('of two requests the one with the smaller hash is captured wherever the other is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.nat(20_000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (hash, before, share) => {
        const outcome = (one: number): number => {
          const admission = new CaptureSampler();
          const next = hashes(7);
          for (let i = 0; i < before; i++) admission.admit(rule({ share }), next(), 1, i / 10);
          return admission.admit(rule({ share }), one, 1, before / 10);
        };
        if (outcome(hash) > 0) expect(outcome(Math.floor(hash / 2))).toBeGreaterThan(0);
      },
    ),
    { numRuns: 50 },
  );
});

test('a share of requests is captured by their hash, each for as many as it stands for', () => {
  const [shares] = admitted([400], rule({ share: 0.25 })) as [number[]];
  expect(new Set(shares)).toEqual(new Set([0.25]));
  expect(shares.length).toBeGreaterThan(60);
  expect(shares.length).toBeLessThan(140);
  expect(admitted([100], rule({ share: 0 }))[0]).toEqual([]);
});

test('rows beyond the rate are said to be dropped, never admitted', () => {
  const admission = new CaptureSampler();
  expect(admission.admit(rule({ maxRate: 10 }), 0, 8, 0)).toBe(1);
  expect(admission.admit(rule({ maxRate: 10 }), 0, 8, 1)).toBe(-1);
  expect(admission.admit(rule({ maxRate: 10 }), 0, 2, 2)).toBeGreaterThan(0);
  expect(admission.admit(rule({ maxRate: 10 }), 0, 1, 3)).toBe(-1);
  expect(admission.admit(rule({ maxRate: 10 }), 0, 1, 1000)).toBeGreaterThan(0);
  expect(new CaptureSampler().admit(rule({ maxRate: 0 }), 0, 1, 3)).toBe(-1);
});
