import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { experiment } from './machine.ts';
import { begin, cohortOf, drawUnits, feedWindow, type TestRun, viewOf } from './testing/experiments.ts';

const POLICY = {
  primary: { metric: 'revenue' },
  guardrails: [{ metric: 'refunds', direction: 'down', bounds: [0, 1], margin: 0.02 }],
};

interface World {
  readonly policy?: object;
  /** What the candidate adds to revenue, and to the share of units with a refund. */
  readonly revenue: number;
  readonly refunds: number | null;
  readonly windows?: number;
  readonly seed?: number;
}

function play({ policy = POLICY, revenue, refunds, windows = 60, seed = 0 }: World): TestRun {
  const run = begin(policy);
  const random = seededRandom(seed);
  for (let window = 0; window < windows && run.state.phase.kind === 'running'; window++) {
    const earned = drawUnits(200, [0.5, 0.5], random, (arm, { next }) => 10 * next() + arm * revenue);
    const paid = earned.map(([arm]) => [arm, Number(random.next() < 0.1 + arm * (refunds ?? 0))] as const);
    const outcomes = [
      cohortOf('revenue', window, earned),
      ...(refunds === null ? [] : [cohortOf('refunds', window, paid)]),
    ];
    feedWindow(run, { window, outcomes });
  }
  return run;
}

describe('a guardrail', () => {
  test('ends an arm that is worse in it by more than the margin, whatever it earns', () => {
    // So little more revenue that nothing else would decide.
    const run = play({ revenue: 0, refunds: 0.2 });
    expect(run.state.phase).toEqual({ kind: 'rolled-back', cause: 'guardrail refunds' });
    expect(run.actions.at(-1)).toMatchObject({
      kind: 'alert',
      message: 'Rolled back: candidate is worse in refunds than its guardrail allows',
    });
    expect(experiment.plan(run.state).settled).toMatchObject({ state: 'rolled-back', isHarmful: true });
  });

  test('lets an arm that is worse within the margin be shipped', () => {
    const run = play({ revenue: 3, refunds: 0.01 });
    expect(viewOf(run).winner).toBe('candidate');
    expect(viewOf(run).metrics.map(({ metric, isGuardrail }) => [metric, isGuardrail])).toEqual([
      ['revenue', false],
      ['refunds', true],
    ]);
  });

  test('of which nothing is known keeps the winner waiting, to the deadline', () => {
    const run = play({
      policy: {
        ...POLICY,
        maxTime: '40m',
        primary: { metric: 'revenue', maturity: '1m' },
        guardrails: [{ ...POLICY.guardrails[0], maturity: '1m' }],
      },
      revenue: 3,
      refunds: null,
    });
    expect(
      run.steps.some(({ reason }) => reason === 'Collecting: waiting for values of refunds, a guardrail'),
    ).toBe(true);
    expect(run.state.phase).toMatchObject({ kind: 'holding', cause: 'timeout' });
  });

  test('shares its level with the other guardrails and over the arms', () => {
    const metric = (name: string) => ({ metric: name, direction: 'down' });
    const widthOf = (guardrails: readonly object[]): number => {
      const run = begin({ ...POLICY, guardrails });
      const units = drawUnits(4000, [0.5, 0.5], seededRandom(3), (_, { next }) => 1 + next());
      feedWindow(run, { window: 0, outcomes: [cohortOf('a', 0, units)] });
      const { lower, upper } = viewOf(run).metrics[1]!;
      return upper! - lower!;
    };
    expect(widthOf([metric('a'), metric('b'), metric('c')])).toBeGreaterThan(1.05 * widthOf([metric('a')]));
  });
});
