import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { checkExperiment, lintExperiment } from './lint.ts';
import { parseExperiment } from './policy.ts';

const DAY = 86_400_000;
const policyOf = (change: object = {}, primary: object = {}) =>
  parseExperiment({ primary: { metric: 'revenue', ...primary }, ...change });

test('a fixed look wants the number of units that textbooks give', () => {
  // n an arm = 2(z₀.₉₇₅ + z₀.₈)²σ²/δ² = 15.7·(10/1)² = 1,570 (Kohavi et al., Trustworthy Online Experiments, 17.1).
  const policy = policyOf({ horizon: '14d' }, { minimumEffect: 1 });
  const rate = (2 * 1569.8 * 1000) / (14 * DAY);
  const { detectable, units, time } = lintExperiment(policy, { rate, deviation: 10 });
  expect(detectable).toBeCloseTo(1, 3);
  expect(units).toBe(3139);
  expect(time! / DAY).toBeCloseTo(15, 2);
});

test('looking at every window wants more units than one look', () => {
  const traffic = { rate: 0.01, deviation: 10 };
  const [open, fixed] = [policyOf({ maxTime: '15d' }), policyOf({ horizon: '14d' })];
  expect(lintExperiment(open, traffic).detectable).toBeGreaterThan(lintExperiment(fixed, traffic).detectable);
});

test('the smallest arm is the last to be found', () => {
  const arms = ['stable', 'candidate', 3].map((version, i) => ({
    name: `arm${i}`,
    version,
    weight: [50, 40, 10][i],
  }));
  expect(lintExperiment(policyOf({ arms }), { rate: 1, deviation: 1 }).arm).toBe('arm2');
});

test('an experiment that cannot find its minimum effect in time is refused with the numbers', () => {
  const policy = policyOf({ maxTime: '7d' }, { minimumEffect: 0.1 });
  const check = (rate: number) => () => checkExperiment(policy, { rate, deviation: 10 });
  let message = '';
  try {
    check(0.1)();
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'EXPERIMENT_BLIND') message = error.message;
  }
  expect(message).toMatch(
    /^Refused the experiment: at 0\.1 units\/s with a deviation of 10, a difference of 0\.1 in revenue is expected to be found after \d+d\d+h, the deadline is 7d \(with 51840 units of candidate and control by then, 0\.\d+ is\)$/,
  );
  expect(check(10)().time).toBeLessThan(7 * DAY);
});

test('without traffic nothing is ever found', () => {
  expect(lintExperiment(policyOf({}, { minimumEffect: 1 }), { rate: 0, deviation: 1 })).toMatchObject({
    units: 0,
    detectable: Infinity,
    time: null,
  });
});
