import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { normalCdf, normalQuantile } from '../../statistics/normal.ts';
import { lintPolicy } from '../policy/lint.ts';
import { binomial, poisson } from './draw.ts';
import { PopulationTraffic } from './population.ts';
import { pooledZTest, ruleRollsBack, withoutUnits } from './rollback-rules.ts';
import { parseScenario, type SimulationScenario } from './scenario.ts';
import { simulateRun, simulateScenario } from './simulate.ts';
import { SimulatedTraffic } from './traffic.ts';

/** Three hours at 5, 25 and 50 %, a guard on failures at 1 %, one look a minute. */
const HOURS = {
  stages: [
    { weight: 5, bake: '1h' },
    { weight: 25, bake: '1h' },
    { weight: 50, bake: '1h' },
    { weight: 100 },
  ],
  guards: { errors: { alpha: 0.01 }, latency: false, outputs: false },
  certificate: false,
};
const scenarioOf = (changes: object, policy: object = {}): SimulationScenario =>
  parseScenario({ horizon: '3h', policy: { ...HOURS, ...policy }, ...changes });

const shareRolledBack = (scenario: SimulationScenario, runs: number, seed: number): number =>
  simulateScenario(scenario, runs, seededRandom(seed)).rolledBack / runs;

/** Share of runs in which a z-test at 1 %, looked at every minute, rolls back. */
function zTestShare(scenario: SimulationScenario, runs: number, seed: number): number {
  const traffic = new SimulatedTraffic(scenario, seededRandom(seed));
  let back = 0;
  for (let i = 0; i < runs; i++) if (ruleRollsBack(scenario, traffic, pooledZTest(2.326))) back++;
  return back / runs;
}

describe('identical versions (the long test has the full numbers)', () => {
  test.each([
    ['1 request/s', { rate: 1 }],
    ['10 requests/s', { rate: 10 }],
    ['a base rate of 20 %', { rate: 1, baseError: 0.2 }],
    ['bursts of both arms', { rate: 10, bursts: { share: 0.1, factor: 20 } }],
    ['a base rate that drifts while the weight grows', { rate: 10, drift: 4 }],
  ])('are rolled back in at most a few of a thousand runs: %s', (_name, changes) => {
    expect(shareRolledBack(scenarioOf(changes), 500, 11)).toBeLessThanOrEqual(0.02);
  });
});

test('identical versions without a single failure reach 100 % by default at 1 request/s, about when lint says', () => {
  const scenario = parseScenario({ rate: 1, baseError: 0 });
  const found = simulateScenario(scenario, 40, seededRandom(12));
  expect(found.promoted).toBeGreaterThanOrEqual(39);
  const expected = lintPolicy(scenario.policy, { rate: 1, errorRate: 0 }).promotion! / 1000;
  expect(found.medianPromotionSeconds).toBeGreaterThan(0.8 * expected);
  expect(found.medianPromotionSeconds).toBeLessThan(1.25 * expected);
});

describe('the harness sees the mistakes that evidence avoids', () => {
  test('a pooled z-test looked at every minute rolls identical versions back in 15 % of runs or more', () => {
    expect(zTestShare(scenarioOf({ rate: 10 }), 300, 5)).toBeGreaterThanOrEqual(0.12);
  });

  test('with a drifting base rate it does so in most runs', () => {
    expect(zTestShare(scenarioOf({ rate: 10, drift: 4 }), 100, 6)).toBeGreaterThanOrEqual(0.75);
  });

  test('counting the requests of units that try again when they fail, even sound evidence is wrong in 40 % of runs', () => {
    const clustered = { rate: 10, retries: 9 };
    expect(shareRolledBack(scenarioOf({ ...clustered, count: 'requests' }), 200, 7)).toBeGreaterThanOrEqual(
      0.4,
    );
    expect(shareRolledBack(scenarioOf(clustered), 200, 7)).toBeLessThanOrEqual(0.02);
  });
});

describe('a candidate that is worse', () => {
  test('by two points of failures is always found, in minutes', () => {
    const found = simulateScenario(scenarioOf({ rate: 10, effect: { errors: 0.02 } }), 300, seededRandom(3));
    expect(found).toMatchObject({ rolledBack: 300, promoted: 0, held: 0 });
    expect(found.medianDelaySeconds).toBeLessThanOrEqual(12 * 60);
    expect(found.harmedUnits.median).toBeGreaterThan(0);
  });

  test('by latency alone is found by the guard on latency', () => {
    const policy = { guards: { errors: false, latency: { alpha: 0.01 }, outputs: false } };
    const found = simulateScenario(
      scenarioOf({ rate: 10, effect: { latency: 2 } }, policy),
      100,
      seededRandom(4),
    );
    expect(found.rolledBack).toBe(100);
    expect(found.medianDelaySeconds).toBeLessThanOrEqual(120);
  });

  test('is found in a shadow stage before it answers anybody', () => {
    const policy = { stages: [{ shadow: 100, bake: '3h' }, { weight: 100 }] };
    const found = simulateScenario(
      scenarioOf({ rate: 1, effect: { errors: 0.02 } }, policy),
      200,
      seededRandom(8),
    );
    expect(found.rolledBack).toBe(200);
    expect(found.medianDelaySeconds).toBeLessThanOrEqual(15 * 60);
    expect(found.harmedUnits.max).toBe(0);
  });
});

test('a seed repeats a simulation exactly', () => {
  const scenario = scenarioOf({ rate: 5, effect: { errors: 0.01 } });
  const once = simulateScenario(scenario, 20, seededRandom(9));
  expect(simulateScenario(scenario, 20, seededRandom(9))).toEqual(once);
  expect(simulateScenario(scenario, 20, seededRandom(10))).not.toEqual(once);
});

test('every mistake in a scenario is named at once', () => {
  expect(() => parseScenario({ rat: 1, baseError: 2, effect: { eror: 1 } })).toThrow(
    /rat is no key here.*; baseError is 2, wanted a number from 0 to 1; effect\.eror is no key here/,
  );
});

test.each([[0.5], [9.5], [10.5], [400]])(
  'Poisson(%d) has its mean and its variance within five standard errors',
  (mean) => {
    const random = seededRandom(21);
    const draws = Array.from({ length: 20_000 }, () => poisson(mean, random));
    const average = draws.reduce((sum, k) => sum + k, 0) / draws.length;
    const variance = draws.reduce((sum, k) => sum + (k - average) ** 2, 0) / draws.length;
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / draws.length));
    expect(Math.abs(variance / mean - 1)).toBeLessThan(5 * Math.sqrt((2 + 1 / mean) / draws.length));
  },
);

test.each([
  [40, 0.3],
  [1000, 0.004],
  [7, 0.9],
])('Binomial(%i, %d) has its mean and its variance within five standard errors', (n, p) => {
  const random = seededRandom(22);
  const draws = Array.from({ length: 20_000 }, () => binomial(n, p, random));
  const average = draws.reduce((sum, k) => sum + k, 0) / draws.length;
  const variance = n * p * (1 - p);
  const found = draws.reduce((sum, k) => sum + (k - average) ** 2, 0) / draws.length;
  expect(Math.abs(average - n * p)).toBeLessThan(5 * Math.sqrt(variance / draws.length));
  expect(Math.abs(found / variance - 1)).toBeLessThan(5 * Math.sqrt((2 + 1 / variance) / draws.length));
  expect(Math.max(...draws)).toBeLessThanOrEqual(n);
});

// scipy.stats.norm
test.each([
  [0, 0.5],
  [1.959963984540054, 0.975],
  [-2.3263478740408408, 0.01],
  [5, 0.9999997133484281],
  [-8, 6.220960574271785e-16],
])('normalCdf(%d) is %d', (z, p) => {
  expect(Math.abs(normalCdf(z) / p - 1)).toBeLessThan(1e-12);
  if (p > 1e-9) expect(normalQuantile(p)).toBeCloseTo(z, 9);
});

describe('two hundred users who come again and again (bench/results/units.json has the full numbers)', () => {
  const scenario = (population: object, policy: object = {}): SimulationScenario =>
    parseScenario({ rate: 10, horizon: '1h', population: { units: 200, ...population }, policy });

  test('of whom a candidate fails 4 % in every request: it is rolled back in the shadow stage, by default', () => {
    const found = simulateScenario(scenario({ failing: 0.04 }), 40, seededRandom(21));
    expect(found.rolledBack).toBeGreaterThanOrEqual(38);
    expect(found.promoted).toBe(0);
    expect(found.medianDelaySeconds).toBeLessThanOrEqual(300);
  });

  test('counted anew in every window they let such a candidate through', () => {
    const random = seededRandom(22);
    const one = scenario({ failing: 0.04 });
    const promoted = Array.from({ length: 20 }, () => {
      const traffic = new PopulationTraffic(one, one.population!, random);
      return simulateRun(one, {
        window(index, route) {
          const drawn = traffic.window(index, route);
          return { ...drawn, window: withoutUnits(drawn.window) };
        },
      });
    }).filter(({ outcome }) => outcome === 'promoted');
    expect(promoted.length).toBeGreaterThan(5);
  });

  test('are too few for the stages and the certificate by default: nobody is promoted, nor rolled back', () => {
    const found = simulateScenario(scenario({ spread: 1, failingAlways: 0.04 }), 60, seededRandom(23));
    expect(found).toMatchObject({ promoted: 0, held: 60 });
  });

  test('without a shadow stage are not told from chance, and the candidate is not let through', () => {
    const stages = [5, 25, 50, 100].map((weight) => ({ weight, minUnits: 5 }));
    const found = simulateScenario(scenario({ failing: 0.04 }, { stages }), 40, seededRandom(24));
    expect(found.promoted).toBe(0);
  });
});
