import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import {
  begin,
  cohortOf,
  drawUnits,
  feed,
  feedWindow,
  REVENUE,
  type TestRun,
  viewOf,
} from './testing/experiments.ts';

describe('a bandit', () => {
  const BANDIT = {
    ...REVENUE,
    arms: ['stable', 'candidate', 3].map((version, i) => ({
      name: `arm${i}`,
      version,
      weight: [40, 30, 30][i],
    })),
    bandit: { floor: 5, every: '1m' },
  };

  function learn(lift: number): TestRun {
    const run = begin(BANDIT);
    feed(run, { kind: 'tick' }, 0);
    const random = seededRandom(5);
    for (let window = 0; window < 40 && run.state.phase.kind === 'running'; window++) {
      const shares = viewOf(run).arms.map(({ share }) => share);
      const units = drawUnits(
        300,
        shares,
        random,
        (arm, { next }) => 10 * next() + [0, lift, lift / 2][arm]!,
      );
      feedWindow(run, { window, shares, outcomes: [cohortOf('revenue', window, units, 3)] });
    }
    return run;
  }

  test('gives more units to the arm that earns more, and keeps the floor of the other', () => {
    const run = learn(0.4);
    const route = run.actions.filter(({ kind }) => kind === 'route');
    expect(route.length).toBeGreaterThan(2);
    const [control, better, between] = viewOf(run).arms;
    expect(better!.share).toBeGreaterThan(control!.share);
    expect(between!.share).toBeGreaterThan(control!.share);
    expect(control!.share).toBeGreaterThanOrEqual(0.05);
  });

  test('learns the same weights from the same events', () => {
    expect(learn(0.4).state.runs).toEqual(learn(0.4).state.runs);
  });

  test('keeps the propensities of cohorts that have not matured', () => {
    const run = begin(BANDIT);
    for (const [window, share] of [0.5, 0.6, 0.7].entries())
      feedWindow(run, { window, shares: [share, 1 - share, 0] });
    expect(run.state.propensities).toEqual([
      { from: 0, shares: [0.5, 0.5, 0] },
      { from: 1, shares: [0.6, 0.4, 0] },
      { from: 2, shares: [0.7, 1 - 0.7, 0] },
    ]);
  });
});
