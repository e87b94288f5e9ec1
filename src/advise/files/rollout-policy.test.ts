import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { checkPolicy } from '../../rollout/policy/lint.ts';
import { parsePolicy } from '../../rollout/policy/policy.ts';
import { parseScenario } from '../../rollout/simulate/scenario.ts';
import { simulateScenario } from '../../rollout/simulate/simulate.ts';
import { fitRollout, type PolicyTraffic } from './rollout-policy.ts';

const HOUR = 3_600_000;
const traffic = (rate: number, more: Partial<PolicyTraffic> = {}): PolicyTraffic => ({
  ...{ rate, errorRate: 0.001, units: null },
  ...more,
});
const weightsOf = (rate: number): readonly unknown[] => {
  const { stages } = parsePolicy(fitRollout(traffic(rate)).policy);
  return stages.map(({ shadow, weight }) => (shadow > 0 ? `shadow ${shadow}` : weight));
};

test.each([
  [2000, 0.005, 4],
  [40, 0.005, 4],
  [1, 0.005, 12],
  [0.2, 0.005, 24],
  [0.05, 0.01, 3 * 24],
  [0.005, 0.02, 7 * 24],
  [0.001, 0.05, 14 * 24],
])('at %f requests a second %f is certified, within %d hours', (rate, margin, hours) => {
  const { policy, margin: certified, approval } = fitRollout(traffic(rate));
  const { maxTime } = parsePolicy(policy);
  expect([certified, maxTime / HOUR, approval]).toEqual([margin, hours, false]);
  expect(checkPolicy(parsePolicy(policy), { rate, errorRate: 0.001 }).warnings).toEqual([]);
});

test('the more traffic there is, the fewer of it meet the candidate first, and the fewer are copied', () => {
  expect(weightsOf(2000)).toEqual(['shadow 1', 1, 5, 25, 50, 100]);
  expect(weightsOf(10)).toEqual(['shadow 50', 5, 25, 50, 100]);
  expect(weightsOf(0.001)).toEqual(['shadow 100', 50, 100]);
});

test('with little traffic a person looks as well, with less a person decides', () => {
  expect(fitRollout(traffic(0.0003))).toMatchObject({ strategy: 'canary', margin: 0.2, approval: true });
  const { strategy, margin, policy } = fitRollout(traffic(0.00002));
  expect([strategy, margin]).toEqual(['blue-green', null]);
  expect(parsePolicy(policy).stages[0]).toMatchObject({ shadow: 100, approval: true });
});

test('few users cannot certify much, whatever the rate', () => {
  expect(fitRollout(traffic(10, { units: 200 })).margin).toBe(0.05);
  expect(fitRollout(traffic(10, { units: 20 })).strategy).toBe('blue-green');
});

describe('simulated, at the traffic that it was fitted to', () => {
  test.each([40, 1])(
    'at %d a second good candidates get through before the deadline, bad ones do not',
    (rate) => {
      const { policy, margin } = fitRollout(traffic(rate));
      const parsed = parsePolicy(policy);
      const outcomes = (errors: number) => {
        const scenario = parseScenario(
          { rate, baseError: 0.001, horizon: `${parsed.maxTime / HOUR}h`, effect: { errors } },
          parsed,
        );
        return simulateScenario(scenario, 20, seededRandom(7));
      };
      expect(outcomes(0).promoted).toBeGreaterThanOrEqual(18);
      expect(outcomes(3 * margin!).rolledBack).toBeGreaterThanOrEqual(18);
    },
  );
});
