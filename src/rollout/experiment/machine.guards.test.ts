import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUCKETS } from '../canary-split.ts';
import { experiment } from './machine.ts';
import type { ExperimentState } from './state.ts';
import {
  begin,
  closedWindow,
  command,
  EXPERIMENT_MINUTE_MS,
  feed,
  feedWindow,
  machineStartOf,
  minute,
  REVENUE,
  viewOf,
} from './testing/experiments.ts';

describe('guards', () => {
  const failing = { units: 100, failures: 20 };
  const healthy = { units: 100, failures: 0 };
  const THREE = {
    ...REVENUE,
    arms: [
      { name: 'control', version: 'stable', weight: 40 },
      { name: 'a', version: 'candidate', weight: 30 },
      { name: 'b', version: 7, weight: 30 },
    ],
  };

  test('roll back a candidate that fails, whatever it earns', () => {
    const run = begin();
    for (let window = 0; window < 10; window++)
      feedWindow(run, { ...minute(window, 50), arms: [healthy, failing] });
    expect(run.state.phase).toEqual({ kind: 'rolled-back', cause: 'errors' });
    expect(run.actions.at(-1)).toMatchObject({
      kind: 'alert',
      message: 'Rolled back: candidate does harm in errors',
    });
    expect(experiment.status(run.state).evidence.errors!.maxLog).toBeGreaterThan(Math.log(1 / 0.004));
  });

  test('send the units of one arm of several back to stable, and let the others go on', () => {
    const run = begin(THREE);
    for (let window = 0; window < 10; window++)
      feedWindow(run, { window, shares: [0.4, 0.3, 0.3], arms: [healthy, failing, healthy] });
    expect(run.state.phase.kind).toBe('running');
    expect(run.state.arms.map(({ lost }) => lost)).toEqual([null, 'errors', null]);
    expect(experiment.plan(run.state).ranges).toEqual([
      { from: 0, to: 4000, version: 1, role: 'control', arm: 0 },
      { from: 4000, to: 7000, version: 1, role: 'stable', arm: null },
      { from: 7000, to: BUCKETS, version: 7, role: 'arm', arm: 2 },
    ]);
    feed(run, command('promote'), 20 * EXPERIMENT_MINUTE_MS);
    expect(experiment.plan(run.state).settled).toEqual({ version: 7, state: 'promoted', isHarmful: true });
  });

  test('end the experiment once no arm is left', () => {
    const run = begin(THREE);
    for (let window = 0; window < 10; window++)
      feedWindow(run, { window, shares: [0.4, 0.3, 0.3], arms: [healthy, failing, failing] });
    expect(run.state.phase.kind).toBe('rolled-back');
  });

  test('have their levels split over the arms under test', () => {
    const { bound } = (() => {
      const run = begin(THREE);
      feedWindow(run, { window: 0, shares: [0.4, 0.3, 0.3], arms: [healthy, healthy, healthy] });
      return experiment.status(run.state).evidence.errors!;
    })();
    expect(bound).toBeCloseTo(Math.log(2 / 0.004), 12);
  });

  test('watch on while a person is awaited', () => {
    const run = begin();
    feed(run, command('pause'), EXPERIMENT_MINUTE_MS);
    for (let window = 1; window < 10; window++) feedWindow(run, { window, arms: [healthy, failing] });
    expect(run.state.phase).toEqual({ kind: 'rolled-back', cause: 'errors' });
  });
});

describe('a person', () => {
  test('aborts in every state, and nothing undoes it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('pause', 'resume', 'approve', 'window', 'tick', 'down'), { maxLength: 12 }),
        fc.array(fc.constantFrom('promote', 'resume', 'approve', 'window', 'tick', 'up'), { maxLength: 12 }),
        (before, after) => {
          const run = begin();
          let window = 0;
          const play = (what: string): void => {
            if (what === 'window') feedWindow(run, minute(window++, 3));
            else if (what === 'tick') feed(run, { kind: 'tick' }, window * EXPERIMENT_MINUTE_MS);
            else if (what === 'down')
              feed(run, { kind: 'ready', ready: { candidate: 0, stable: 1 } }, window * EXPERIMENT_MINUTE_MS);
            else if (what === 'up')
              feed(run, { kind: 'ready', ready: { candidate: 1, stable: 1 } }, window * EXPERIMENT_MINUTE_MS);
            else feed(run, command(what as 'pause'), window * EXPERIMENT_MINUTE_MS);
          };
          before.forEach(play);
          const { state } = feed(run, command('abort'), window * EXPERIMENT_MINUTE_MS);
          if (state.phase.kind === 'promoted') return;
          after.forEach(play);
          expect(run.state.phase).toEqual({ kind: 'aborted', by: 'ada' });
          expect(experiment.plan(run.state).settled).toMatchObject({ version: 1, state: 'aborted' });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('who pauses finds the evidence grown, and the decision made on resuming', () => {
    const run = begin();
    feed(run, command('pause'), 0);
    for (let window = 0; window < 40; window++) feedWindow(run, minute(window, 1));
    expect(run.state.phase).toMatchObject({ kind: 'holding', cause: 'paused' });
    feed(run, command('resume'), 41 * EXPERIMENT_MINUTE_MS);
    feed(run, { kind: 'tick' }, 41 * EXPERIMENT_MINUTE_MS);
    expect(viewOf(run).winner).toBe('candidate');
  });

  test('is asked before a candidate is tried that evidence had rolled back', () => {
    const state = experiment.start(machineStartOf(REVENUE, { rolledBackBefore: true }));
    const { state: after } = experiment.decide(state, { kind: 'tick' }, 0);
    expect(after.phase).toMatchObject({ kind: 'holding', cause: 'rolled-back-before' });
    expect(experiment.plan(after).ranges).toHaveLength(1);
  });
});

describe('a version without a ready replica', () => {
  test('gets no units, and nobody is measured meanwhile', () => {
    const run = begin();
    feed(run, { kind: 'tick' }, 0);
    feed(run, { kind: 'ready', ready: { candidate: 0, stable: 1 } }, 1);
    expect(experiment.plan(run.state).ranges.every(({ version, arm }) => version === 1 && arm === null)).toBe(
      true,
    );
    feed(run, { kind: 'ready', ready: { candidate: 1, stable: 1 } }, 2);
    expect(experiment.plan(run.state).ranges.map(({ version }) => version)).toEqual([1, 2]);
  });

  test('keeps the route as it is where neither can answer', () => {
    const run = begin();
    feed(run, { kind: 'tick' }, 0);
    const { ranges } = experiment.plan(run.state);
    feed(run, { kind: 'ready', ready: { candidate: 0, stable: 0 } }, 1);
    expect(experiment.plan(run.state).ranges).toEqual(ranges);
  });
});

describe('the fold', () => {
  test('of a state that was stored as JSON goes on as if it had not been', () => {
    const [run, stored] = [begin(), begin()];
    for (let window = 0; window < 30; window++) {
      feedWindow(run, minute(window, 0.2));
      feedWindow(stored, minute(window, 0.2));
    }
    // Evidence is kept by the fold alone; Maps are not part of this state.
    const again = JSON.parse(
      JSON.stringify(stored.state, (_, v) => (v === -Infinity ? null : v)),
    ) as ExperimentState;
    expect(again.metrics).toEqual(run.state.metrics);
    expect(again.looks).toEqual(run.state.looks);
  });

  test('takes each window and each cohort once, in whatever order they come again', () => {
    const [once, twice] = [begin(), begin()];
    for (let window = 0; window < 8; window++) {
      feedWindow(once, minute(window, 0.1));
      feedWindow(twice, minute(window, 0.1));
      feedWindow(twice, minute(window, 0.1));
      // The same cohort in another window.
      const { outcomes } = minute(window, 5);
      twice.state = experiment.decide(
        twice.state,
        { kind: 'window', window: closedWindow({ window: window + 1000, outcomes: outcomes! }) },
        (window + 1) * EXPERIMENT_MINUTE_MS,
      ).state;
      twice.state = { ...twice.state, settled: once.state.settled };
    }
    expect(twice.state.metrics).toEqual(once.state.metrics);
  });
});
