import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUCKETS } from '../canary-split.ts';
import {
  allocateBuckets,
  armBuckets,
  armShares,
  BUCKETS_PER_CELL,
  type BucketRun,
  reallocateBuckets,
  withdrawArm,
} from './allocation.ts';

const armOf = (runs: readonly BucketRun[], bucket: number): number | null =>
  runs.find(({ from, to }) => from <= bucket && bucket < to)!.arm;

const buckets = Array.from({ length: BUCKETS }, (_, i) => i);
const total = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight, 0);

test('arms lie side by side and a holdout keeps the high end', () => {
  expect(allocateBuckets([50, 50], 10)).toEqual([
    { from: 0, to: 4500, arm: 0 },
    { from: 4500, to: 9000, arm: 1 },
    { from: 9000, to: 10_000, arm: null },
  ]);
});

test('three thirds are as even as whole buckets can be', () => {
  const runs = allocateBuckets([33.34, 33.33, 33.33], 0);
  expect([0, 1, 2].map((arm) => armBuckets(runs, arm))).toEqual([3334, 3333, 3333]);
});

test('runs cover every bucket once, whatever the weights', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 50, noNaN: true }), { minLength: 2, maxLength: 10 }),
      (weights) => {
        const runs = allocateBuckets(weights, 0);
        expect(runs.map(({ from }) => from)).toEqual([0, ...runs.slice(0, -1).map(({ to }) => to)]);
        expect(runs.at(-1)!.to).toBe(BUCKETS);
        weights.forEach((weight, arm) => {
          expect(Math.abs(armBuckets(runs, arm) - (weight / total(weights)) * BUCKETS)).toBeLessThanOrEqual(
            1,
          );
        });
      },
    ),
  );
});

test('weights that change move units only out of arms that shrink and only into arms that grow', () => {
  const step = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
      let runs = allocateBuckets([40, 30, 30], 5);
      for (const weights of steps) {
        const wanted = weights.map((weight) => Math.floor((weight / total(weights)) * 9500));
        const after = reallocateBuckets(runs, wanted);
        for (const bucket of buckets) {
          const [from, to] = [armOf(runs, bucket), armOf(after, bucket)];
          if (from === to) continue;
          expect(wanted[from!]!).toBeLessThan(armBuckets(runs, from!));
          expect(wanted[to!]!).toBeGreaterThan(armBuckets(runs, to!));
        }
        wanted.forEach((size, arm) => {
          expect(Math.abs(armBuckets(after, arm) - size)).toBeLessThan(3 * BUCKETS_PER_CELL);
        });
        expect(after.length).toBeLessThanOrEqual(110);
        runs = after;
      }
    }),
    { numRuns: 20 },
  );
});

test('an arm that is withdrawn leaves the proportions of the others as they were', () => {
  const runs = withdrawArm(allocateBuckets([50, 25, 25], 0), 2);
  expect(armShares(runs, 3)).toEqual([2 / 3, 1 / 3, 0]);
  expect(armOf(runs, 9999)).toBeNull();
});
