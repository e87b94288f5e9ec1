/** What is promised of experiments, counted over invented traffic that runs through the machine as live traffic does. */
import { describe, expect, test } from 'vitest';
import type { Random } from '../../core/ports.ts';
import { seededRandom } from '../../core/random.ts';
import { armShares } from './allocation.ts';
import { experiment } from './machine.ts';
import type { ExperimentState } from './state.ts';
import {
  closedWindow,
  cohortOf,
  drawUnits,
  EXPERIMENT_MINUTE_MS,
  machineStartOf,
  revenue,
} from './testing/experiments.ts';
import { experimentView } from './view.ts';

interface Replay {
  readonly policy: unknown;
  readonly value: (arm: number, random: Random, window: number) => number;
  readonly windows?: number;
  readonly units?: number;
  readonly cap?: number;
}

/** One experiment until it is decided or `windows` are over. */
function replay(
  { policy, value, windows = 80, units = 150, cap = Infinity }: Replay,
  seed: number,
): ExperimentState {
  const random = seededRandom(seed);
  let { state } = experiment.decide(
    experiment.start(machineStartOf(policy, { attempt: `ro_${seed}` })),
    { kind: 'tick' },
    0,
  );
  for (let window = 0; window < windows && state.phase.kind === 'running'; window++) {
    const shares = armShares(state.runs, state.arms.length);
    const drawn = drawUnits(units, shares, random, (arm) => Math.min(cap, value(arm, random, window)));
    const outcomes = [cohortOf('m', window, drawn, shares.length)];
    const event = { kind: 'window', window: closedWindow({ window, shares, outcomes }) } as const;
    ({ state } = experiment.decide(state, event, (window + 1) * EXPERIMENT_MINUTE_MS));
  }
  return state;
}

const count = (runs: number, replayed: Replay, holds: (state: ExperimentState) => boolean): number =>
  Array.from({ length: runs }, (_, seed) => replay(replayed, seed)).filter(holds).length;

const isUndecided = ({ phase }: ExperimentState): boolean => phase.kind === 'running';

describe('of 2,000 A/A experiments that are looked at 80 times, the interval leaves 0 out at any look in at most 5 %%', () => {
  const converted = (_: number, { next }: Random): number => Number(next() < 0.1);

  test.each<[string, Replay]>([
    ['conversion, exact', { policy: { primary: { metric: 'm', bounds: [0, 1] } }, value: converted }],
    ['conversion, as a mean', { policy: { primary: { metric: 'm' } }, value: converted }],
    [
      'revenue: seven in ten buy nothing, lognormal σ = 1',
      { policy: { primary: { metric: 'm' } }, value: (_, random) => revenue(0.3, 1)(random) },
    ],
    [
      'revenue: nineteen in twenty buy nothing, lognormal σ = 1.5, winsorised',
      { policy: { primary: { metric: 'm' } }, value: (_, random) => revenue(0.05, 1.5)(random), cap: 20 },
    ],
    [
      'revenue: nineteen in twenty buy nothing, lognormal σ = 1.5, as it is',
      { policy: { primary: { metric: 'm' } }, value: (_, random) => revenue(0.05, 1.5)(random) },
    ],
  ])('%s', (name, replayed) => {
    const covered = count(2000, replayed, isUndecided);
    console.log(`${name}: ${covered} of 2000 covered`);
    expect(covered).toBeGreaterThanOrEqual(1900);
  });
});

describe('planted effects', () => {
  const policy = { primary: { metric: 'm' } };
  const lifted = (lift: number): Replay => ({
    policy,
    value: (arm, random) => revenue(0.3, 0.5, arm === 1 ? lift : 1)(random),
    windows: 200,
  });

  test('a candidate that earns a quarter more wins, and one that earns a quarter less never does', () => {
    const won = count(200, lifted(1.25), ({ phase }) => phase.kind === 'promoted');
    const lost = count(200, lifted(0.75), ({ phase }) => phase.kind === 'rolled-back');
    const promoted = count(200, lifted(0.75), ({ phase }) => phase.kind === 'promoted');
    console.log(`+25 %: ${won} of 200 promoted; −25 %: ${lost} of 200 rolled back, ${promoted} promoted`);
    expect(won).toBeGreaterThanOrEqual(190);
    expect(lost).toBeGreaterThanOrEqual(190);
    expect(promoted).toBe(0);
  });

  test('one look at a fixed horizon is wrong in at most its level', () => {
    const fixed: Replay = { ...lifted(1), policy: { ...policy, horizon: '40m' }, windows: 42 };
    const wrong = count(2000, fixed, ({ phase }) => phase.kind !== 'holding');
    console.log(`one look: ${wrong} of 2000 decided without a difference`);
    // 5 % and three standard deviations.
    expect(wrong).toBeLessThanOrEqual(130);
  });
});

describe('a bandit whose metric drifts while it learns', () => {
  const arms = ['stable', 'candidate', 3].map((version, i) => ({
    name: `arm${i}`,
    version,
    weight: [34, 33, 33][i],
  }));
  const banditOf = (lift: number): Replay => ({
    // A level that nothing meets before the end.
    policy: { primary: { metric: 'm' }, arms, alpha: 1e-30, bandit: { floor: 5, every: '2m' } },
    value: (arm, { next }, window) => window / 20 + 2 * next() + (arm === 1 ? lift : 0),
    windows: 60,
    units: 200,
  });

  test('estimates without bias by propensities, where plain means are biased', () => {
    const lift = 0.12;
    const states = Array.from({ length: 600 }, (_, seed) => replay(banditOf(lift), seed));
    // At a stop the estimate would be that of a lucky look.
    expect(states.every(isUndecided)).toBe(true);
    const errors = states.map((state) => experimentView(state).metrics[0]!.estimate! - lift);
    const plain = states.map(
      (state) =>
        experimentView(state).metrics[0]!.mean! - experimentView(state).metrics[0]!.controlMean! - lift,
    );
    const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const error = Math.sqrt(meanOf(errors.map((e) => e * e)) / errors.length);
    console.log(
      `bias ${meanOf(errors).toFixed(4)} ± ${error.toFixed(4)}; of plain means ${meanOf(plain).toFixed(4)}`,
    );
    expect(Math.abs(meanOf(errors))).toBeLessThan(3 * error);
    expect(Math.abs(meanOf(plain))).toBeGreaterThan(4 * error);
    const favoured = states.filter((state) => experimentView(state).arms[1]!.share > 0.4).length;
    expect(favoured).toBeGreaterThan(0.9 * states.length);
  });

  test('declares an arm different where none is in at most 5 %% of experiments', () => {
    const aa = { ...banditOf(0), policy: { ...(banditOf(0).policy as object), alpha: 0.05 } };
    const undecided = count(
      500,
      aa,
      ({ phase, arms: all }) => phase.kind === 'running' && all.every(({ lost }) => lost === null),
    );
    console.log(`bandit A/A: ${undecided} of 500 undecided`);
    // 5 % and three standard deviations.
    expect(undecided).toBeGreaterThanOrEqual(500 - 40);
  });
});
