import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { parseScenario } from '../simulate/scenario.ts';
import { simulateScenario } from '../simulate/simulate.ts';
import { lintPolicy } from './lint.ts';
import { parsePolicy } from './policy.ts';

const ROUTED = [{ weight: 5 }, { weight: 25 }, { weight: 50 }, { weight: 100 }];
const POLICIES = {
  'the default': {},
  'no shadow stage': { stages: ROUTED },
  'no latency guard': { guards: { latency: false } },
  'one small stage': { stages: [{ weight: 5 }, { weight: 100 }] },
  'a wide margin': { certificate: { margin: 0.02, oddsRatio: 3 } },
  'shadow, then everybody': { stages: [{ shadow: 100 }, { weight: 100 }], holdback: 1 },
};

/** The median of so many runs is known to some 10 %. */
const RUNS = 60;

describe('the promotion that lint expects is the median of simulated rollouts, within a quarter', () => {
  test.each(
    Object.entries(POLICIES).flatMap(([name, policy]) =>
      [
        [1, 0],
        [1, 0.001],
        [1, 0.02],
        [10, 0],
        [10, 0.005],
        [100, 0.001],
      ].map(([rate, errorRate]) => [name, rate!, errorRate!, policy] as const),
    ),
  )('%s at %d units/s of which %d fail', { timeout: 30_000 }, (_, rate, errorRate, words) => {
    const policy = parsePolicy({ maxTime: '10d', ...words });
    const scenario = parseScenario({ rate, baseError: errorRate, horizon: '48h' }, policy);
    const { medianPromotionSeconds } = simulateScenario(scenario, RUNS, seededRandom(1));
    const ratio = lintPolicy(policy, { rate, errorRate }).promotion! / 1000 / medianPromotionSeconds!;
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  });
});
