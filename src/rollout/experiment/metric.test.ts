import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { addBet, addBets, startBetting } from '../metric/betting.ts';
import {
  addCohort,
  intervalAtEveryLook,
  intervalAtTheEnd,
  liftOf,
  type MetricComparison,
  type MetricState,
  startMetric,
} from './metric.ts';
import type { ArmSums } from './outcomes.ts';
import { cohortOf, drawUnits, type InventedUnit } from './testing/experiments.ts';

const PLAIN: MetricComparison = {
  control: 0,
  bounds: null,
  isAdjusted: false,
  isWeighted: false,
  alpha: 0.05,
};
const HALVES = [0.5, 0.5];

const fold = (
  cohorts: readonly (readonly InventedUnit[])[],
  comparison: MetricComparison,
  shares: readonly (readonly number[])[] = [],
): MetricState =>
  cohorts.reduce<MetricState>(
    (state, units, i) =>
      addCohort(state, cohortOf('m', i, units, shares[i]?.length), shares[i] ?? HALVES, comparison),
    startMetric(shares[0] ?? HALVES, comparison),
  );

describe('intervals are those of GrowthBook for the same sums', () => {
  interface Vector {
    readonly kind: string;
    readonly alpha: number;
    readonly control: ArmSums;
    readonly arm: ArmSums;
    readonly fixed: Interval;
    readonly sequential: Interval;
    readonly cuped: Interval;
  }
  interface Interval {
    readonly estimate: number;
    readonly lower: number;
    readonly upper: number;
    readonly p: number;
  }
  const { cases } = JSON.parse(readFileSync('fixtures/experiments/gbstats.json', 'utf8')) as {
    cases: Vector[];
  };

  test.each(cases.map((vector, i) => [i, vector.kind, vector] as const))('case %i, %s', (_, __, vector) => {
    const { control, arm, alpha, fixed, sequential, cuped } = vector;
    const without = ({ n, y, yy, active }: ArmSums): ArmSums => ({ n, y, yy, active, x: 0, xx: 0, xy: 0 });
    const comparison = { ...PLAIN, alpha };
    const stateOf = (arms: readonly ArmSums[]): MetricState => ({ ...startMetric(HALVES, comparison), arms });
    const plain = stateOf([without(control), without(arm)]);

    const look = intervalAtEveryLook(plain, 1, comparison);
    for (const key of ['estimate', 'lower', 'upper'] as const)
      expect(look[key]).toBeCloseTo(sequential[key], 9);
    const end = intervalAtTheEnd(plain, 1, comparison)!;
    for (const key of ['estimate', 'lower', 'upper', 'p'] as const)
      expect(end[key]).toBeCloseTo(fixed[key], 7);
    // They take θ over both arms as one, we within the arms: that differs by what the arms differ.
    const adjusted = intervalAtEveryLook(stateOf([control, arm]), 1, comparison);
    const width = cuped.upper - cuped.lower;
    for (const key of ['estimate', 'lower', 'upper'] as const)
      expect(Math.abs(adjusted[key]! - cuped[key])).toBeLessThan(0.02 * width);
  });
});

describe('weighted units', () => {
  /** D of every unit, one by one, as the definition says. */
  function brute(cohorts: readonly (readonly InventedUnit[])[], shares: readonly (readonly number[])[]) {
    const seen: number[] = [];
    const differences = cohorts.flatMap((units, i) => {
      const mean = seen.length < 2 * shares[0]!.length ? 0 : seen.reduce((a, b) => a + b, 0) / seen.length;
      const [q, p] = shares[i]!;
      seen.push(...units.map(([, y]) => y));
      return units.map(([at, y]) => (at === 2 ? 0 : at === 1 ? (y - mean) / p! : -(y - mean) / q!));
    });
    const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
    const variance =
      differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) /
      (differences.length - 1) /
      differences.length;
    return { estimate: mean, variance, n: differences.length };
  }

  test('give the mean and variance of the differences that the definition gives one by one', () => {
    const unit = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: -20, max: 20 }));
    const cohort = fc.tuple(
      fc.array(unit, { maxLength: 12 }),
      fc.double({ min: 0.1, max: 0.8, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(cohort, { minLength: 1, maxLength: 6 }), (drawn) => {
        const cohorts = drawn.map(([units]) => units as InventedUnit[]);
        const shares = drawn.map(([, p]) => [0.9 - p, p, 0.1]);
        const comparison = { ...PLAIN, isWeighted: true };
        const lift = liftOf(fold(cohorts, comparison, shares), 1, comparison);
        if (lift === null) return;
        const wanted = brute(cohorts, shares);
        expect(lift.n).toBe(wanted.n);
        expect(lift.estimate).toBeCloseTo(wanted.estimate, 8);
        expect(lift.variance).toBeCloseTo(wanted.variance, 6);
      }),
    );
  });

  test('are not misled by weights that follow a drift, as plain means are (Simpson)', () => {
    const random = seededRandom(3);
    const shares = Array.from({ length: 40 }, (_, i) => (i < 20 ? [0.9, 0.1] : [0.1, 0.9]));
    const cohorts = shares.map((pair, i) =>
      drawUnits(500, pair, random, (_, { next }) => next() + (i < 20 ? 0 : 10)),
    );
    const weighted = { ...PLAIN, isWeighted: true };
    const honest = intervalAtEveryLook(fold(cohorts, weighted, shares), 1, weighted);
    expect(honest.lower).toBeLessThan(0);
    expect(honest.upper).toBeGreaterThan(0);
    expect(intervalAtEveryLook(fold(cohorts, PLAIN, shares), 1, PLAIN).lower).toBeGreaterThan(5);
  });
});

describe('bounded values', () => {
  const bounded: MetricComparison = { ...PLAIN, bounds: [0, 2] };

  test('give an interval in units of the metric around the difference', () => {
    const random = seededRandom(9);
    const units = drawUnits(8000, HALVES, random, (arm, { next }) => 2 * Number(next() < 0.3 + 0.1 * arm));
    const { estimate, lower, upper } = intervalAtEveryLook(fold([units], bounded), 1, bounded);
    expect(estimate).toBeCloseTo(0.2, 1);
    expect(lower).toBeGreaterThan(0.05);
    expect(upper).toBeLessThan(0.35);
  });

  test('say nothing before the first unit, and everything is possible after one', () => {
    expect(intervalAtEveryLook(fold([], bounded), 1, bounded)).toEqual({
      estimate: null,
      lower: null,
      upper: null,
    });
    const { lower, upper } = intervalAtEveryLook(fold([[[1, 2]]], bounded), 1, bounded);
    expect(lower).toBeCloseTo(-2, 12);
    expect(upper).toBeCloseTo(2, 12);
  });

  test('are bet on in batches as one by one, but for the looks in between', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 150 }),
        (values) => {
          const start = startBetting(0.05, [0.2, 0.5, 0.7]);
          const [batched, single] = [addBets(start, values), values.reduce(addBet, start)];
          expect(batched.n).toBe(single.n);
          batched.above.forEach((log, i) => {
            expect(log).toBeCloseTo(single.above[i]!, 9);
            expect(batched.below[i]).toBeCloseTo(single.below[i]!, 9);
            expect(batched.peak[i]!).toBeLessThanOrEqual(single.peak[i]! + 1e-9);
          });
        },
      ),
    );
  });
});

describe('before there is enough', () => {
  test('a mean of mostly zeros has no interval until thirty units of each arm have a value', () => {
    const units = (active: number): InventedUnit[] =>
      [0, 1].flatMap((arm) => Array.from({ length: 2000 }, (_, i) => [arm, i < active ? 5 + i : 0] as const));
    expect(intervalAtEveryLook(fold([units(29)], PLAIN), 1, PLAIN)).toMatchObject({
      estimate: 0,
      lower: null,
    });
    expect(intervalAtEveryLook(fold([units(30)], PLAIN), 1, PLAIN).lower).toBeLessThan(0);
  });
});
