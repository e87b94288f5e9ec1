import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { pooledZTest, ruleRollsBack } from './rollback-rules.ts';
import { parseScenario, type SimulationScenario } from './scenario.ts';
import { type SimulationResult, simulateScenario } from './simulate.ts';
import { SimulatedTraffic } from './traffic.ts';

/** Acceptance numbers of the statistics: three hours at 5, 25 and 50 %, one look a minute, α = 1 %. */
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
const LATENCY = { guards: { errors: false, latency: { alpha: 0.01 }, outputs: false } };
const scenarioOf = (changes: object, policy: object = {}): SimulationScenario =>
  parseScenario({ horizon: '3h', policy: { ...HOURS, ...policy }, ...changes });

function run(name: string, scenario: SimulationScenario, runs: number): SimulationResult {
  const found = simulateScenario(scenario, runs, seededRandom(20_260_101));
  console.log(`${name}: ${JSON.stringify(found)}`);
  return found;
}

describe('I1: identical versions', () => {
  const rates = [1, 10, 100].flatMap((rate) => [0.001, 0.005, 0.2].map((baseError) => ({ rate, baseError })));
  test.each(rates)('at %j are rolled back in at most 130 of 10,000 runs', (changes) => {
    expect(run(JSON.stringify(changes), scenarioOf(changes), 10_000).rolledBack).toBeLessThanOrEqual(130);
  });

  test.each([
    ['bursts', { rate: 10, bursts: { share: 0.1, factor: 20 } }, {}],
    ['drift', { rate: 10, drift: 4 }, {}],
    ['latency', { rate: 10 }, LATENCY],
    ['shadow', { rate: 1 }, { stages: [{ shadow: 100, bake: '3h' }, { weight: 100 }] }],
  ])('with %s are rolled back in at most 130 of 10,000 runs', (name, changes, policy) => {
    expect(run(name, scenarioOf(changes, policy), 10_000).rolledBack).toBeLessThanOrEqual(130);
  });
});

describe('I2: power', () => {
  test.each([
    [1, 75],
    [10, 12],
    [100, 3],
  ])(
    'two points at %i requests/s are found in all of 2,000 runs, half of them in %i minutes',
    (rate, minutes) => {
      const found = run(`+2 pp at ${rate}/s`, scenarioOf({ rate, effect: { errors: 0.02 } }), 2000);
      expect(found.rolledBack).toBe(2000);
      expect(found.medianDelaySeconds).toBeLessThanOrEqual(minutes * 60);
    },
  );

  test.each([
    [1, 7],
    [10, 2],
  ])('twice the latency at %i requests/s is found by half of the runs in %i minutes', (rate, minutes) => {
    const found = run(`latency ×2 at ${rate}/s`, scenarioOf({ rate, effect: { latency: 2 } }, LATENCY), 2000);
    expect(found.rolledBack).toBe(2000);
    expect(found.medianDelaySeconds).toBeLessThanOrEqual(minutes * 60);
  });

  test('two points are found in a shadow stage at 1 request/s in half of the runs in 10 minutes, nobody harmed', () => {
    const policy = { stages: [{ shadow: 100, bake: '3h' }, { weight: 100 }] };
    const worse = { rate: 1, effect: { errors: 0.02 }, sharedFailures: 1 };
    const found = run('shadow +2 pp at 1/s', scenarioOf(worse, policy), 2000);
    expect(found.rolledBack).toBe(2000);
    expect(found.medianDelaySeconds).toBeLessThanOrEqual(600);
    expect(found.harmedUnits.max).toBe(0);
    const hard = run(
      'shadow +2 pp at 1/s, independent',
      scenarioOf({ ...worse, sharedFailures: 0 }, policy),
      2000,
    );
    expect(hard.medianDelaySeconds).toBeLessThanOrEqual(900);
  });

  test('a candidate that always fails is stopped by the first window with enough units', () => {
    const scenario = scenarioOf({ rate: 1, baseError: 0, effect: { errors: 1 }, horizon: '1h' });
    const found = run('always fails at 1/s', scenario, 1000);
    expect(found.rolledBack).toBe(1000);
    // Three units are enough (see the test of evidence); a window holds three on average and closes as a whole.
    expect(found.harmedUnits.median).toBeLessThanOrEqual(5);
  });
});

describe('I3: certificate', () => {
  const odds = { certificate: { oddsRatio: 2, margin: 1e-9, alpha: 0.05 } };
  test('identical versions at 10 requests/s are certified in 99 % of runs within three hours', () => {
    const found = run('certificate A/A', scenarioOf({ rate: 10, horizon: '181m' }, odds), 2000);
    expect(found.promoted).toBeGreaterThanOrEqual(1960);
  });

  test('a candidate with twice the odds is certified in at most 5 % of runs, guards or not', () => {
    // Guards that look away from anything below ten times the odds.
    const policy = {
      ...odds,
      guards: { errors: { alpha: 1e-9, tolerance: 10 }, latency: false, outputs: false },
    };
    const worse = { rate: 10, effect: { oddsRatio: 2 } };
    const found = run('certificate ×2', scenarioOf({ ...worse, horizon: '24h' }, policy), 2000);
    expect(found.promoted).toBeLessThanOrEqual(2000 * (0.05 + 3 * Math.sqrt((0.05 * 0.95) / 2000)));
  });
});

describe('I4: the harness sees the mistakes', () => {
  function zTest(name: string, scenario: SimulationScenario, runs: number): number {
    const traffic = new SimulatedTraffic(scenario, seededRandom(77));
    let back = 0;
    for (let i = 0; i < runs; i++) if (ruleRollsBack(scenario, traffic, pooledZTest(2.326))) back++;
    console.log(`${name}: ${back} of ${runs}`);
    return back / runs;
  }

  test('a pooled z-test looked at every minute is wrong in 15 % of runs or more', () => {
    expect(zTest('pooled z', scenarioOf({ rate: 10 }), 2000)).toBeGreaterThanOrEqual(0.15);
  });

  test('with a drifting base rate it is wrong in 75 % of runs or more', () => {
    expect(zTest('pooled z, drift', scenarioOf({ rate: 10, drift: 4 }), 1000)).toBeGreaterThanOrEqual(0.75);
  });

  test('counting the requests of units that try again when they fail is wrong in 40 % of runs, counting units is not', () => {
    const retried = (retries: number) => scenarioOf({ rate: 10, retries, count: 'requests' });
    expect(run('per request, five each', retried(4), 2000).rolledBack).toBeGreaterThanOrEqual(700);
    expect(run('per request, ten each', retried(9), 2000).rolledBack).toBeGreaterThanOrEqual(800);
    expect(run('per unit', scenarioOf({ rate: 10, retries: 9 }), 2000).rolledBack).toBeLessThanOrEqual(33);
  });
});
