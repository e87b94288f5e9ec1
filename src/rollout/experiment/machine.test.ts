import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { BUCKETS } from '../canary-split.ts';
import { experiment } from './machine.ts';
import {
  begin,
  cohortOf,
  command,
  drawUnits,
  EXPERIMENT_MINUTE_MS,
  feed,
  feedWindow,
  minute,
  REVENUE,
  viewOf,
} from './testing/experiments.ts';

describe('the split', () => {
  test('is routed with the first event, and not before', () => {
    const run = begin();
    expect(experiment.plan(run.state).ranges).toEqual([
      { from: 0, to: BUCKETS, version: 1, role: 'stable', arm: null },
    ]);
    const { actions } = feed(run, { kind: 'tick' }, 0);
    expect(actions).toMatchObject([{ kind: 'route', weight: 5000, id: 'ro_1/0' }]);
    expect(experiment.plan(run.state)).toMatchObject({
      arms: ['stable', 'candidate'],
      ranges: [
        { from: 0, to: 5000, version: 1, role: 'control', arm: 0 },
        { from: 5000, to: BUCKETS, version: 2, role: 'arm', arm: 1 },
      ],
      records: true,
      settled: null,
    });
  });

  test('leaves a holdout on stable, unmeasured', () => {
    const run = begin({ ...REVENUE, holdout: 10 });
    feed(run, { kind: 'tick' }, 0);
    expect(experiment.plan(run.state).ranges.at(-1)).toEqual({
      from: 9000,
      to: BUCKETS,
      version: 1,
      role: 'stable',
      arm: null,
    });
  });

  test('that is not as it should be asks a person, and blames no arm', () => {
    const run = begin();
    for (let window = 0; window < 20 && run.state.phase.kind === 'running'; window++)
      feedWindow(run, {
        window,
        arms: [
          { units: 900, assigned: 900 },
          { units: 500, assigned: 500 },
        ],
      });
    expect(run.state.phase).toMatchObject({ kind: 'holding', cause: 'split' });
    expect(viewOf(run).split!.p).toBeLessThan(0.001);
    feed(run, command('resume'), 30 * EXPERIMENT_MINUTE_MS);
    expect(run.state.phase.kind).toBe('running');
  });
});

describe('the metric that decides', () => {
  test('a better candidate wins, and the endpoint rests on it', () => {
    const run = begin();
    for (let window = 0; window < 60 && run.state.phase.kind === 'running'; window++)
      feedWindow(run, minute(window, 1));
    expect(run.steps.at(-1)).toMatchObject({ verdict: 'advance', reason: 'candidate wins in revenue' });
    expect(experiment.plan(run.state).settled).toEqual({ version: 2, state: 'promoted', isHarmful: false });
    expect(viewOf(run).winner).toBe('candidate');
    const { lower, upper } = viewOf(run).metrics[0]!;
    expect(lower).toBeGreaterThan(0);
    expect(upper).toBeGreaterThan(1);
  });

  test('a worse candidate is rolled back and never promoted', () => {
    const run = begin();
    for (let window = 0; window < 60; window++) feedWindow(run, minute(window, -1));
    expect(run.state.phase).toEqual({ kind: 'rolled-back', cause: 'primary' });
    expect(experiment.plan(run.state).settled).toEqual({ version: 1, state: 'rolled-back', isHarmful: true });
  });

  test('is not believed before 500 units of each arm', () => {
    const run = begin();
    feedWindow(run, minute(0, 100));
    expect(viewOf(run).metrics[0]).toMatchObject({ lower: null, upper: null });
    expect(run.state.phase.kind).toBe('running');
  });

  test('of which less is better is won by the arm with less', () => {
    const run = begin({ primary: { metric: 'revenue', direction: 'down' } });
    for (let window = 0; window < 60; window++) feedWindow(run, minute(window, -1));
    expect(viewOf(run).winner).toBe('candidate');
  });

  test('an arm that is not worse is shipped where that is the rule', () => {
    const run = begin({ ...REVENUE, rule: { ship: 'not-worse', margin: 1 } });
    for (let window = 0; window < 60 && run.state.phase.kind === 'running'; window++)
      feedWindow(run, minute(window, 0));
    expect(viewOf(run).winner).toBe('candidate');
  });

  test('bounded values are compared exactly, from the first unit on', () => {
    const run = begin({ primary: { metric: 'converted', bounds: [0, 1] } });
    const random = seededRandom(7);
    for (let window = 0; window < 40 && run.state.phase.kind === 'running'; window++) {
      const units = drawUnits(200, [0.5, 0.5], random, (arm, { next }) => Number(next() < 0.1 + 0.1 * arm));
      feedWindow(run, { window, outcomes: [cohortOf('converted', window, units)] });
    }
    expect(viewOf(run).winner).toBe('candidate');
    const [first] = viewOf(run).looks;
    expect(first!.lower).toBeLessThan(0);
    expect(first!.upper).toBeGreaterThan(0);
  });

  test('is looked at once where the horizon is fixed, whatever it showed before', () => {
    const run = begin({ ...REVENUE, horizon: '30m' });
    for (let window = 0; window < 30; window++) feedWindow(run, minute(window, 2));
    expect(run.state.phase.kind).toBe('running');
    feedWindow(run, minute(30, 2));
    expect(viewOf(run).winner).toBe('candidate');
    expect(viewOf(run).metrics[0]!.atTheEnd!.p).toBeLessThan(1e-6);
    expect(viewOf(run).metrics[0]!.units[0] + viewOf(run).metrics[0]!.units[1]).toBe(6000);
  });

  test('without a difference at the end of the horizon is a matter for a person', () => {
    const run = begin({ ...REVENUE, horizon: '30m' });
    for (let window = 0; window <= 30; window++) feedWindow(run, minute(window, 0));
    expect(run.steps.at(-1)!.verdict).toBe('inconclusive');
    expect(run.state.phase).toMatchObject({ kind: 'holding', cause: 'inconclusive' });
    feed(run, command('resume'), 32 * EXPERIMENT_MINUTE_MS);
    expect(run.state.phase.kind).toBe('holding');
    feed(run, command('promote'), 33 * EXPERIMENT_MINUTE_MS);
    expect(experiment.plan(run.state).settled!.version).toBe(2);
  });

  test('without a difference at the deadline holds for a person, or rolls back', () => {
    for (const [onTimeout, phase] of [
      ['hold', { kind: 'holding', cause: 'timeout' }],
      ['rollback', { kind: 'rolled-back', cause: 'timeout' }],
    ] as const) {
      const run = begin({ primary: { metric: 'revenue', maturity: '1m' }, maxTime: '10m', onTimeout });
      for (let window = 0; window < 10; window++) feedWindow(run, minute(window, 0));
      expect(run.state.phase).toMatchObject(phase);
    }
  });
});
