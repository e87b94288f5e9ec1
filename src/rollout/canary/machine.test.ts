import { describe, expect, it } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { blankWindow } from '../collect/testing/parts.ts';
import { NO_ARM_COUNTS } from '../recorded-window.ts';
import type { MachineEvent, MachineStep, StrategyMachine } from '../strategy-machine.ts';
import { blueGreen, canary, immediate, placebo, type StagedState, shadow } from './machine.ts';

const SECOND = 1000;
const TICK: MachineEvent = { kind: 'tick' };

function started(machine: StrategyMachine<StagedState>, policy: unknown, changes: object = {}): StagedState {
  return machine.start({
    attempt: 'ro_1',
    candidate: 2,
    stable: 1,
    binding: { candidate: 'c', stable: 's', policyHash: 'p' },
    policy,
    now: 0,
    fence: 0,
    rolledBackBefore: false,
    ...changes,
  });
}

/** Decides events a second apart. */
function run(
  machine: StrategyMachine<StagedState>,
  state: StagedState,
  events: readonly MachineEvent[],
): MachineStep<StagedState> {
  let step: MachineStep<StagedState> = { state, actions: [], verdict: 'hold', reason: '' };
  events.forEach((event, i) => {
    step = machine.decide(step.state, event, (i + 1) * SECOND);
  });
  return step;
}

interface Counts {
  readonly candidate?: readonly [units: number, failures: number];
  readonly stable?: readonly [units: number, failures: number];
  readonly stage?: number;
  readonly pairs?: number;
}

const windowOf = (window: number, counts: Counts): MachineEvent => {
  const { candidate = [0, 0], stable = [0, 0], stage = 0, pairs = 0 } = counts;
  const closed = blankWindow({
    window,
    start: window * SECOND,
    stage,
    arms: [candidate, stable].map(([units, failures]) => ({ ...NO_ARM_COUNTS, units, failures })),
    pairs,
    paired: pairs === 0 ? new Map() : new Map([['errors', { candidateOnly: 0, stableOnly: 0, both: 0 }]]),
  });
  return { kind: 'window', window: closed };
};
const many = (count: number, counts: Counts, from = 0): MachineEvent[] =>
  Array.from({ length: count }, (_, i) => windowOf(from + i, counts));
const command = (kind: 'abort' | 'promote' | 'pause' | 'resume'): MachineEvent => ({
  kind: 'command',
  command: { kind, by: 'ann' },
});

const SHORT = { window: '1s', watermark: '0s', certificate: false, maxTime: '1h' };
const GOOD = { candidate: [100, 0], stable: [100, 0] } as const;
const BAD = { candidate: [100, 60], stable: [100, 0] } as const;

function problemsOf(machine: StrategyMachine<StagedState>, policy: unknown): unknown {
  try {
    started(machine, policy);
  } catch (error) {
    if (isPlimsollError(error)) return error.details['list'];
    throw error;
  }
  return [];
}

describe('a canary', () => {
  const stages = [{ weight: 5, bake: '2s' }, { weight: 50, bake: '2s' }, { weight: 100 }];

  it('routes nobody before its first decision', () => {
    const plan = canary.plan(started(canary, { ...SHORT, stages }));
    expect(plan).toMatchObject({ ranges: [{ from: 0, to: 10_000, version: 1, arm: 1 }], settled: null });
  });

  it('gives candidate and control equal ends of the buckets, and rests on the candidate once promoted', () => {
    const first = run(canary, started(canary, { ...SHORT, stages }), [TICK]);
    expect(canary.plan(first.state).ranges.map(({ role, from, to }) => [role, from, to])).toEqual([
      ['candidate', 0, 500],
      ['stable', 500, 9500],
      ['control', 9500, 10_000],
    ]);
    const events = [...many(2, GOOD), ...many(2, { ...GOOD, stage: 1 }, 2)];
    const last = run(canary, started(canary, { ...SHORT, stages }), events);
    expect(canary.plan(last.state)).toMatchObject({
      ranges: [{ from: 0, to: 10_000, version: 2, role: 'stable', arm: null }],
      records: false,
      settled: { version: 2, state: 'promoted', isHarmful: false },
    });
  });

  it('keeps recording against its holdback, and is still rolled back by it', () => {
    const policy = { ...SHORT, stages: [{ weight: 50, bake: '1s' }, { weight: 100 }], holdback: 2 };
    const promoted = run(canary, started(canary, policy), many(1, GOOD));
    const plan = canary.plan(promoted.state);
    expect(plan).toMatchObject({ records: true, settled: null });
    expect(plan.ranges.map(({ version, to }) => [version, to])).toEqual([
      [2, 9800],
      [1, 10_000],
    ]);
    const harmed = canary.decide(promoted.state, windowOf(1, { ...BAD, stage: 1 }), 2 * SECOND);
    expect(canary.plan(harmed.state).settled).toEqual({ version: 1, state: 'rolled-back', isHarmful: true });
  });

  it('that was aborted or ran out of time was not found harmful', () => {
    const aborted = run(canary, started(canary, { ...SHORT, stages }), [TICK, command('abort')]);
    expect(canary.plan(aborted.state).settled).toEqual({ version: 1, state: 'aborted', isHarmful: false });
    const late = started(canary, { ...SHORT, stages, maxTime: '2s', onTimeout: 'rollback' });
    const out = run(canary, late, [TICK, TICK, TICK]);
    expect(canary.plan(out.state).settled).toEqual({ version: 1, state: 'rolled-back', isHarmful: false });
  });

  it('does not settle on a version that is not ready', () => {
    const events: MachineEvent[] = [
      TICK,
      { kind: 'ready', ready: { candidate: 1, stable: 0 } },
      command('abort'),
    ];
    const waiting = run(canary, started(canary, { ...SHORT, stages }), events);
    expect(canary.plan(waiting.state)).toMatchObject({
      settled: null,
      ranges: [{ version: 2, to: 500 }, {}, {}],
    });
    const back = canary.decide(
      waiting.state,
      { kind: 'ready', ready: { candidate: 1, stable: 1 } },
      9 * SECOND,
    );
    expect(canary.plan(back.state).settled).toMatchObject({ version: 1, state: 'aborted' });
  });

  it('says what has to be collected', () => {
    const policy = {
      ...SHORT,
      guards: { latency: { slack: '5ms' }, outputs: false, labels: { maturity: '2h' } },
      segments: 'x-country',
    };
    expect(canary.needs(started(canary, policy))).toMatchObject({
      window: 1000,
      watermark: 0,
      latency: true,
      slack: 5,
      outputs: false,
      labels: { maturity: 7_200_000 },
      metrics: [],
      segment: 'x-country',
    });
  });
});

describe('a shadow rollout', () => {
  const policy = { ...SHORT, stages: [{ shadow: 100, bake: '2s', minUnits: 10 }] };

  it('copies and never routes, and ends in waiting for a person, whose promotion it refuses', () => {
    const first = run(shadow, started(shadow, policy), [TICK]);
    expect(shadow.plan(first.state)).toMatchObject({
      shadow: { version: 2, percent: 100 },
      ranges: [{ from: 0, to: 10_000, version: 1 }],
    });
    const done = run(shadow, started(shadow, policy), many(3, { stable: [50, 0], pairs: 50 }));
    expect(shadow.status(done.state).state).toBe('holding');
    const asked = shadow.decide(done.state, command('promote'), 10 * SECOND);
    expect(asked.reason).toMatch(/routes nobody/);
    expect(shadow.plan(asked.state).ranges).toMatchObject([{ version: 1 }]);
    const ended = shadow.decide(asked.state, command('abort'), 11 * SECOND);
    expect(shadow.plan(ended.state)).toMatchObject({
      shadow: null,
      settled: { version: 1, state: 'aborted' },
    });
  });

  it('takes no stage that routes', () => {
    expect(problemsOf(shadow, { stages: [{ shadow: 50 }, { weight: 5 }] })).toEqual([
      'stages[1].weight is 5, wanted stages that only shadow',
    ]);
    expect(problemsOf(shadow, undefined)).toEqual([]);
  });
});

describe('blue-green', () => {
  it('goes from shadow to everybody but a holdback of one percent', () => {
    const policy = { ...SHORT, stages: [{ shadow: 100, bake: '1s', minUnits: 10 }, { weight: 100 }] };
    const switched = run(blueGreen, started(blueGreen, policy), many(1, { stable: [50, 0], pairs: 50 }));
    expect(blueGreen.plan(switched.state).ranges.map(({ version, to }) => [version, to])).toEqual([
      [2, 9900],
      [1, 10_000],
    ]);
  });

  it('wants a holdback, and no stage between', () => {
    expect(problemsOf(blueGreen, { holdback: 0.5, stages: [{ weight: 5 }, { weight: 100 }] })).toEqual([
      'holdback is 0.5, wanted 1 or more',
      'stages[0].weight is 5, wanted shadow stages, then 100',
    ]);
    expect(problemsOf(blueGreen, {})).toEqual([]);
  });
});

describe('an immediate switch', () => {
  it('is made at the first decision, and said to be one', () => {
    const step = run(immediate, started(immediate, undefined, { rolledBackBefore: true }), [TICK]);
    expect(immediate.plan(step.state).settled).toEqual({ version: 2, state: 'promoted', isHarmful: false });
    expect(step.reason).toBe('Switched at once, without evidence');
    const alerts = step.actions.flatMap((action) => (action.kind === 'alert' ? [action.message] : []));
    expect(alerts).toEqual(['Switched at once, without evidence']);
  });

  it('waits for the version to be ready', () => {
    const down: MachineEvent = { kind: 'ready', ready: { candidate: 0, stable: 1 } };
    const step = run(immediate, started(immediate, {}), [down, TICK]);
    expect(immediate.plan(step.state)).toMatchObject({ settled: null, ranges: [{ version: 1 }] });
  });

  it('has no stages', () => {
    expect(problemsOf(immediate, { stages: [{ weight: 5 }] })).toEqual([
      expect.stringMatching(/^stages are given/),
    ]);
  });
});

describe('a placebo', () => {
  const policy = { ...SHORT, maxTime: '10s', stages: [{ weight: 50, bake: '1s' }, { weight: 100 }] };
  const start = () => started(placebo, policy, { candidate: 1, rolledBackBefore: true });

  it('compares stable with itself until its time is over, and promotes nothing', () => {
    const certified = run(placebo, start(), [TICK, ...many(2, GOOD)]);
    expect(certified.reason).toMatch(/^A candidate would have been promoted/);
    expect(placebo.plan(certified.state).ranges.map(({ version, arm }) => [version, arm])).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(placebo.status(certified.state)).toMatchObject({ state: 'holding', weight: 50 });
    const asked = placebo.decide(certified.state, command('promote'), 3 * SECOND);
    expect(asked.reason).toMatch(/no candidate to promote/);
    const over = placebo.decide(asked.state, TICK, 11 * SECOND);
    expect(over.reason).toBe('Aborted by its deadline');
    expect(placebo.plan(over.state).settled).toEqual({ version: 1, state: 'aborted', isHarmful: false });
  });

  it('that is rolled back was a false alarm, and blames nobody', () => {
    const alarmed = run(placebo, start(), many(2, BAD));
    expect(placebo.plan(alarmed.state).settled).toEqual({
      version: 1,
      state: 'rolled-back',
      isHarmful: false,
    });
  });

  it('wants a stage with a control', () => {
    expect(problemsOf(placebo, { stages: [{ shadow: 100 }, { weight: 100 }] })).toEqual([
      expect.stringMatching(/no weight below 100/),
    ]);
  });
});

it('every strategy refuses what is no policy with what is wrong in it', () => {
  for (const machine of [canary, shadow, blueGreen, immediate, placebo])
    for (const wrong of [[], 'canary', 7, { windw: '1s' }])
      expect(problemsOf(machine, wrong)).toHaveLength(1);
});
