import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { studentCdf, studentQuantile } from '../../statistics/student-t.ts';
import { bayesView, posteriorExpectedLoss } from './bayes.ts';
import { addPair, cupedLift, cupedTheta, NO_JOINT } from './cuped.ts';
import {
  absoluteLift,
  addMoments,
  addValue,
  armMean,
  NO_MOMENTS,
  proportion,
  relativeLift,
} from './moments.ts';
import {
  isBurnedIn,
  msprtLog,
  pValue,
  sequentialInterval,
  sequentialLog,
  sequentialLowerBound,
} from './sequential.ts';
import { fixedInterval, welchDegrees } from './welch.ts';

// Published: gbstats, packages/stats/tests/frequentist/test_tests.py (statistics as sum, sum of squares, n).
const STABLE = armMean({ n: 3000, sum: 1396.87, squares: 52377.9767 });
const CANDIDATE = armMean({ n: 3461, sum: 2422.7, squares: 134698.29 });

describe('sequential intervals', () => {
  test('of a relative lift of means are as published', () => {
    const lift = relativeLift(CANDIDATE, STABLE);
    const { lower, upper } = sequentialInterval(lift, { alpha: 0.05, tuned: 1000 });
    expect(lift.estimate).toBeCloseTo(0.50336, 5);
    expect(lower).toBeCloseTo(-0.55844, 5);
    expect(upper).toBeCloseTo(1.56516, 5);
    expect(pValue(sequentialLog(lift, { alpha: 0.05, tuned: 1000 }))).toBe(1);
  });

  test('of a relative lift of proportions are as published', () => {
    const lift = relativeLift(proportion(2422, 3461), proportion(1396, 3000));
    const { lower, upper } = sequentialInterval(lift);
    expect(lift.estimate).toBeCloseTo(0.50386, 5);
    expect(lower).toBeCloseTo(0.40098, 5);
    expect(upper).toBeCloseTo(0.60675, 5);
    expect(pValue(sequentialLog(lift))).toBeCloseTo(0, 5);
  });

  test('on one side have the published lower bound', () => {
    expect(sequentialLowerBound(absoluteLift(CANDIDATE, STABLE))).toBeCloseTo(-0.1265684417, 10);
  });

  test('exclude 0 exactly where the mixture likelihood ratio reaches 1/α', () => {
    const lifts = fc.record({
      estimate: fc.double({ min: -5, max: 5, noNaN: true }),
      variance: fc.double({ min: 1e-4, max: 4, noNaN: true }),
      n: fc.integer({ min: 10, max: 100_000 }),
    });
    fc.assert(
      fc.property(lifts, (lift) => {
        const { lower, upper } = sequentialInterval(lift);
        const log = sequentialLog(lift);
        const isNear = Math.abs(log - Math.log(20)) < 1e-9;
        return isNear || (lower > 0 || upper < 0) === log > Math.log(20);
      }),
    );
  });

  test('the mixture likelihood ratio is the integral of likelihood ratios over its prior', () => {
    const [estimate, variance, tau2] = [0.3, 0.04, 0.09];
    let integral = 0;
    const step = 0.0005;
    for (let delta = -4; delta <= 4; delta += step) {
      const prior = Math.exp((-delta * delta) / (2 * tau2)) / Math.sqrt(2 * Math.PI * tau2);
      integral += prior * Math.exp((estimate ** 2 - (estimate - delta) ** 2) / (2 * variance)) * step;
    }
    expect(Math.exp(msprtLog({ estimate, variance }, tau2))).toBeCloseTo(integral, 8);
  });

  test('are not given before every arm has burned in', () => {
    expect(isBurnedIn([STABLE, CANDIDATE])).toBe(true);
    expect(isBurnedIn([STABLE, { ...CANDIDATE, n: 499 }])).toBe(false);
    expect(isBurnedIn([armMean(addValue(NO_MOMENTS, 3))], 1)).toBe(false);
  });

  test('of two arms without a difference cover 0 at every look in 95 % of runs or more', () => {
    const random = seededRandom(31);
    let covered = 0;
    for (let run = 0; run < 300; run++) {
      let arms = [NO_MOMENTS, NO_MOMENTS];
      let isCovered = true;
      for (let i = 0; i < 3000; i++) {
        // Revenue of a unit: mostly nothing, sometimes an exponential amount.
        const value = random.next() < 0.3 ? -Math.log(1 - random.next()) : 0;
        arms = arms.map((arm, j) => (j === i % 2 ? addValue(arm, value) : arm));
        if (i % 50 !== 49) continue;
        const [candidate, stable] = arms.map(armMean) as [typeof STABLE, typeof STABLE];
        if (!isBurnedIn([candidate, stable])) continue;
        const { lower, upper } = sequentialInterval(absoluteLift(candidate, stable));
        isCovered &&= lower <= 0 && 0 <= upper;
      }
      if (isCovered) covered++;
    }
    expect(covered / 300).toBeGreaterThanOrEqual(0.95);
  });
});

describe('one planned look', () => {
  const stable = armMean({ n: 3407, sum: 1396.87, squares: 52377.9767 });
  const degrees = welchDegrees(CANDIDATE, stable);

  test.each([
    ['relative', relativeLift, 0.70732, -0.03526, 1.44989, 0.06191],
    ['absolute', absoluteLift, 0.29, 0.04538, 0.53462, 0.02016],
  ])('has the published %s interval', (_name, lift, estimate, lower, upper, p) => {
    const found = lift(CANDIDATE, stable);
    const interval = fixedInterval(found, degrees, 0.05);
    expect(found.estimate).toBeCloseTo(estimate, 5);
    expect(interval.lower).toBeCloseTo(lower, 5);
    expect(interval.upper).toBeCloseTo(upper, 5);
    expect(interval.p).toBeCloseTo(p, 5);
  });

  test('has the published interval of few trials', () => {
    const [c, s] = [proportion(16, 30), proportion(14, 28)];
    const { lower, upper, p } = fixedInterval(relativeLift(c, s), welchDegrees(c, s), 0.05);
    expect([lower, upper, p].map((value) => value.toFixed(5))).toEqual(['-0.47767', '0.61101', '0.80707']);
  });

  // scipy.stats.t
  test.each([
    [2, 5, 0.9490302605850709],
    [-1, 1, 0.25],
    [2.2281388519649385, 10, 0.975],
  ])('studentCdf(%d, %d) is %d', (t, df, p) => {
    expect(studentCdf(t, df)).toBeCloseTo(p, 7);
    expect(studentQuantile(p, df)).toBeCloseTo(t, 5);
  });
});

describe('the Bayesian view', () => {
  test('of proportions under a flat prior is as published', () => {
    const view = bayesView(relativeLift(proportion(51, 100), proportion(49, 100)));
    expect(view.mean).toBeCloseTo(0.04082, 5);
    expect([view.lower, view.upper, view.chance].map((value) => value.toFixed(5))).toEqual([
      '-0.24779',
      '0.32943',
      '0.60918',
    ]);
    expect(view.risk.keep).toBeCloseTo(0.0814, 5);
    expect(view.risk.ship).toBeCloseTo(0.04058, 5);
  });

  const means = relativeLift(
    armMean({ n: 10, sum: 105, squares: 1111.5 }),
    armMean({ n: 10, sum: 100, squares: 1002.25 }),
  );

  test('of means under a flat prior is as published', () => {
    const view = bayesView(means);
    expect(view.mean).toBeCloseTo(0.05, 5);
    expect(view.chance).toBeCloseTo(0.91923, 5);
    expect(view.risk.keep).toBeCloseTo(0.05131, 5);
    expect(view.risk.ship).toBeCloseTo(0.00131, 5);
  });

  test('of means under a prior is as published', () => {
    const view = bayesView(means, { mean: 0.1, variance: 0.1 });
    expect([view.mean, view.lower, view.upper, view.chance].map((value) => value.toFixed(5))).toEqual([
      '0.05063',
      '-0.01893',
      '0.12019',
      '0.92315',
    ]);
  });

  test('has the published risks', () => {
    expect(posteriorExpectedLoss(0.1, 0.05).keep).toBeCloseTo(0.1004245351, 10);
    expect(posteriorExpectedLoss(0.1, 0.05).ship).toBeCloseTo(0.0004245351, 10);
    expect(posteriorExpectedLoss(0.01, 4.5e-9).keep).toBeCloseTo(0.01, 10);
    expect(posteriorExpectedLoss(0.01, 4.5e-9).ship).toBeCloseTo(0, 10);
  });
});

describe('what was known before', () => {
  const random = seededRandom(41);
  const arm = (shift: number, n: number) => {
    let joint = NO_JOINT;
    let moments = NO_MOMENTS;
    const rows: [y: number, x: number][] = [];
    for (let i = 0; i < n; i++) {
      const x = random.next() * 10;
      const y = 2 * x + shift + random.next();
      joint = addPair(joint, y, x);
      moments = addValue(moments, y);
      rows.push([y, x]);
    }
    return { joint, moments, rows };
  };
  const stable = arm(0, 4000);
  const candidate = arm(0.2, 4000);

  test('shrinks the variance by 1 − ρ² and keeps the difference', () => {
    const plain = absoluteLift(armMean(candidate.moments), armMean(stable.moments));
    const cuped = cupedLift(candidate.joint, stable.joint);
    // Var(Y) = 4·100/12 + 1/12, of which 4·100/12 is explained: 1 − ρ² = 1/401.
    expect(cuped.variance / plain.variance).toBeCloseTo(1 / 401, 3);
    expect(Math.abs(cuped.estimate - 0.2)).toBeLessThan(4 * Math.sqrt(cuped.variance));
  });

  test('gives the mean and the variance of the adjusted values themselves', () => {
    const theta = cupedTheta([candidate.joint, stable.joint]);
    const adjusted = (rows: typeof stable.rows) =>
      armMean(rows.reduce((sums, [y, x]) => addValue(sums, y - theta * x), NO_MOMENTS));
    const direct = absoluteLift(adjusted(candidate.rows), adjusted(stable.rows));
    const cuped = cupedLift(candidate.joint, stable.joint);
    expect(cuped.estimate).toBeCloseTo(direct.estimate, 9);
    expect(cuped.variance).toBeCloseTo(direct.variance, 9);
  });

  test('that does not vary changes nothing', () => {
    const flat = [1, 5, 9].reduce((sums, y) => addPair(sums, y, 3), NO_JOINT);
    expect(cupedLift(flat, flat)).toMatchObject({ estimate: 0, variance: (2 * 16) / 3 });
  });
});

test('moments of parts add up to the moments of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 })), fc.nat(50), (values, cut) => {
      const all = values.reduce(addValue, NO_MOMENTS);
      const [head, tail] = [values.slice(0, cut), values.slice(cut)].map((part) =>
        part.reduce(addValue, NO_MOMENTS),
      );
      expect(addMoments(head!, tail!)).toEqual(all);
    }),
  );
});
