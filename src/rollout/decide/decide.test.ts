import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../policy/policy.ts';
import type { RecordedWindow } from '../recorded-window.ts';
import { parseWindow } from '../recorded-window.ts';
import { decide } from './decide.ts';
import { type RolloutDecision, type RolloutEvent, type RolloutState, startRollout } from './state.ts';
import { stagedStatus } from './status.ts';

const BINDING = { candidate: 'sha256:c', stable: 'sha256:s', policyHash: 'p' };
const SECOND = 1000;

const policy = (changes: object = {}) =>
  parsePolicy({
    window: '1s',
    watermark: '2s',
    stages: [
      { weight: 5, bake: '3s', minUnits: 10 },
      { weight: 50, bake: '3s', minUnits: 10 },
      { weight: 100 },
    ],
    certificate: false,
    staleAfter: '10s',
    maxTime: '60s',
    ...changes,
  });

const started = (changes: object = {}, rest: object = {}): RolloutState =>
  startRollout({ attempt: 'ro_1', binding: BINDING, policy: policy(changes), now: 0, ...rest });

type Arm = { units: number; failures: number };
const windowOf = (index: number, candidate: Arm, stable: Arm, rest: object = {}): RecordedWindow =>
  parseWindow(JSON.stringify({ rollout: 'r', window: index, arms: { candidate, stable }, ...rest }), 1);

const healthy = (index: number): RolloutEvent => ({
  kind: 'window',
  window: windowOf(index, { units: 100, failures: 0 }, { units: 1900, failures: 0 }),
});
const failing = (index: number): RolloutEvent => ({
  kind: 'window',
  window: windowOf(index, { units: 100, failures: 30 }, { units: 1900, failures: 5 }),
});
const silent = (index: number): RolloutEvent => ({
  kind: 'window',
  window: windowOf(index, { units: 0, failures: 0 }, { units: 1900, failures: 5 }),
});
const command = (kind: 'abort' | 'promote' | 'pause' | 'resume' | 'approve'): RolloutEvent => ({
  kind: 'command',
  command: { kind, by: 'ada' },
});
const TICK: RolloutEvent = { kind: 'tick' };

/** Decides events one second apart and gives every decision. */
function run(state: RolloutState, events: readonly RolloutEvent[], from = 0): RolloutDecision[] {
  const decisions: RolloutDecision[] = [];
  events.forEach((event, i) =>
    decisions.push(decide(decisions.at(-1)?.state ?? state, event, from + (i + 1) * SECOND)),
  );
  return decisions;
}

const windows = (count: number, make: (index: number) => RolloutEvent, from = 0): RolloutEvent[] =>
  Array.from({ length: count }, (_, i) => make(from + i));

const last = (decisions: readonly RolloutDecision[]): RolloutDecision => decisions.at(-1)!;

describe('a healthy candidate', () => {
  test('passes every stage and is promoted, one route a stage', () => {
    const decisions = run(started(), [TICK, ...windows(6, healthy)]);
    const routes = decisions.flatMap(({ actions }) => actions.filter(({ kind }) => kind === 'route'));
    expect(routes).toEqual([
      { kind: 'route', id: 'ro_1/0', fence: 0, weight: 500, shadow: 0 },
      { kind: 'route', id: 'ro_1/1', fence: 0, weight: 5000, shadow: 0 },
      { kind: 'route', id: 'ro_1/2', fence: 0, weight: 10_000, shadow: 0 },
    ]);
    expect(last(decisions)).toMatchObject({ verdict: 'advance', state: { phase: { kind: 'promoted' } } });
  });

  test('without a single error is promoted once the absolute certificate is there', () => {
    const decisions = run(started({ certificate: {} }), windows(30, healthy));
    // 1438 clean units certify half a point: the fifteenth window of a hundred.
    expect(decisions.findIndex(({ state }) => state.phase.kind === 'promoted')).toBe(14);
  });

  test('waits for units, for approval and for bake time, and says which', () => {
    const few = (index: number): RolloutEvent => ({
      kind: 'window',
      window: windowOf(index, { units: 1, failures: 0 }, { units: 19, failures: 0 }),
    });
    expect(last(run(started(), windows(2, few))).reason).toMatch(/waits for bake time/);
    expect(last(run(started(), windows(4, few))).reason).toMatch(/waits for units/);
    const asked = started({ stages: [{ weight: 5, bake: '1s', approval: true }, { weight: 100 }] });
    const waiting = last(run(asked, windows(3, healthy)));
    expect(waiting).toMatchObject({ verdict: 'hold', reason: expect.stringMatching(/waits for approval/) });
    expect(decide(waiting.state, command('approve'), 4000)).toMatchObject({
      verdict: 'advance',
      state: { phase: { kind: 'promoted' } },
    });
  });

  test('keeps stable warm for a while after the promotion, then lets it go', () => {
    const promoted = last(run(started({ warm: '5s' }), windows(6, healthy)));
    const after = run(promoted.state, Array<RolloutEvent>(8).fill(TICK), 6 * SECOND);
    const released = after.findIndex(({ actions }) => actions.some(({ kind }) => kind === 'release'));
    expect(released).toBe(4);
    expect(after.flatMap(({ actions }) => actions)).toHaveLength(1);
  });
});

describe('a harmful candidate', () => {
  test('is rolled back, with an alert, and is let go once nothing is routed to it', () => {
    const { state, actions, verdict } = last(run(started(), [healthy(0), failing(1)]));
    expect(verdict).toBe('abort');
    expect(state.phase).toEqual({ kind: 'rolled-back', cause: 'errors' });
    expect(actions.map(({ kind }) => kind)).toEqual(['route', 'alert', 'release']);
    expect(state.weight).toBe(0);
  });

  test('is rolled back while the rollout is paused, held or in its holdback', () => {
    const paused = last(run(started(), [healthy(0), command('pause')]));
    expect(paused.state.phase.kind).toBe('holding');
    expect(decide(paused.state, failing(1), 9000).state.phase.kind).toBe('rolled-back');
    const held = last(run(started({ holdback: 2 }), windows(6, healthy)));
    expect(held.state).toMatchObject({ phase: { kind: 'provisional' }, weight: 9800 });
    expect(decide(held.state, failing(6), 9000).state.phase.kind).toBe('rolled-back');
  });

  test('cannot be promoted, paused or resumed by a person who has not seen it', () => {
    const harmed = { ...last(run(started(), [failing(0)])).state, phase: { kind: 'running' } as const };
    for (const kind of ['promote', 'pause', 'approve'] as const)
      expect(decide(harmed, command(kind), 9000).state.phase.kind).toBe('rolled-back');
  });

  test('is not tried again by itself: the same digest waits for a person', () => {
    const again = started({}, { rolledBackBefore: true });
    const waiting = last(run(again, windows(10, healthy)));
    expect(waiting).toMatchObject({ verdict: 'inconclusive', state: { weight: 0, shadow: 0 } });
    expect(decide(waiting.state, command('resume'), 20_000).state).toMatchObject({
      phase: { kind: 'running' },
      weight: 500,
    });
  });

  test('whose evidence is doubtful is not promoted', () => {
    const doubtful = (index: number): RolloutEvent => ({
      kind: 'window',
      window: windowOf(
        index,
        { units: 100, failures: index === 0 ? 3 : 0 },
        { units: 1900, failures: index === 0 ? 2 : 0 },
      ),
    });
    const { state, reason } = last(run(started(), windows(9, doubtful)));
    expect(state.stage).toBe(1);
    expect(reason).toMatch(/evidence of harm in errors to fall below ten to one/);
  });
});

test.each([
  ['latency', { over: { p50: 80, p99: 30 } }, { over: { p50: 950, p99: 19 } }],
  ['outputs', { shifted: { low: 40, high: 2 } }, { shifted: { low: 30, high: 20 } }],
  ['labels', { labels: { units: 90, failures: 60 } }, { labels: { units: 1500, failures: 150 } }],
])('a candidate that is worse in %s alone is rolled back by that guard alone', (guard, candidate, stable) => {
  const worse = parseWindow(
    JSON.stringify({
      rollout: 'r',
      window: 1,
      arms: {
        candidate: { units: 100, failures: 0, ...candidate },
        stable: { units: 1900, failures: 0, ...stable },
      },
    }),
    1,
  );
  const guarded = started({ guards: { labels: {} } });
  const { state } = last(run(guarded, [TICK, { kind: 'window', window: worse }]));
  expect(state.phase).toEqual({ kind: 'rolled-back', cause: guard });
  expect(stagedStatus(state)).toMatchObject({ state: 'rolled-back', weight: 0 });
  const unguarded = started({ guards: { [guard]: false } });
  expect(last(run(unguarded, [TICK, { kind: 'window', window: worse }])).state.phase.kind).toBe('running');
});

test('the status names state, stage, weight and evidence, and how many units were harmed', () => {
  const { state } = last(run(started(), [TICK, healthy(0), failing(1)]));
  // 30 of 200 failed, where stable's 5 of 3800 would have made 0.26.
  expect(stagedStatus(state)).toMatchObject({ state: 'rolled-back', stage: 0, stages: 3, harmedUnits: 30 });
  const { evidence } = stagedStatus(state);
  expect(evidence.errors!.bound).toBeCloseTo(Math.log(250), 9);
  expect(evidence.errors!.maxLog).toBeGreaterThan(evidence.errors!.bound);
  const states = (['pause', 'abort'] as const).map(
    (kind) => stagedStatus(last(run(started(), [TICK, command(kind)])).state).state,
  );
  expect(states).toEqual(['holding', 'aborted']);
});

describe('what blocks a promotion without blaming the candidate', () => {
  test('silence freezes the weight until both arms are seen again', () => {
    const quiet = last(run(started(), windows(11, silent)));
    expect(quiet).toMatchObject({
      verdict: 'hold',
      reason: expect.stringMatching(/no window with both arms/),
    });
    expect(quiet.state.progress.bake).toBe(0);
    expect(decide(quiet.state, healthy(11), 12_000).reason).toMatch(/waits for bake time/);
  });

  test('silence until the deadline is a matter for a person', () => {
    const decisions = run(started(), windows(61, silent));
    expect(last(decisions)).toMatchObject({
      verdict: 'inconclusive',
      state: { phase: { kind: 'holding', cause: 'timeout' } },
    });
  });

  test('a deadline without a verdict does what the policy says', () => {
    const phaseAfter = (onTimeout: string) =>
      last(
        run(
          started({ onTimeout, stages: [{ weight: 5, bake: '1h' }, { weight: 100 }] }),
          windows(61, healthy),
        ),
      ).state.phase;
    expect(phaseAfter('hold')).toMatchObject({ kind: 'holding', cause: 'timeout' });
    expect(phaseAfter('rollback')).toEqual({ kind: 'rolled-back', cause: 'timeout' });
    expect(phaseAfter('promote')).toMatchObject({ kind: 'promoted' });
  });

  test('a person who does not come to a held rollout is reminded once every maxTime', () => {
    const held = last(run(started(), [healthy(0), command('pause')]));
    const after = run(held.state, Array<RolloutEvent>(130).fill(TICK), 2000);
    expect(after.flatMap(({ actions }) => actions).map(({ kind }) => kind)).toEqual(['alert', 'alert']);
  });

  test('a broken split holds for a person and is no evidence against the candidate', () => {
    const skewed = (index: number): RolloutEvent => ({
      kind: 'window',
      window: parseWindow(
        JSON.stringify({
          rollout: 'r',
          window: index,
          weight: 0.05,
          arms: {
            candidate: { units: 200, failures: 0, assigned: 200 },
            stable: { units: 1800, failures: 0, assigned: 1800 },
          },
        }),
        1,
      ),
    });
    const { state, verdict } = last(run(started(), [TICK, ...windows(2, skewed)]));
    expect(verdict).toBe('inconclusive');
    expect(state).toMatchObject({ phase: { kind: 'holding', cause: 'split' }, weight: 500 });
  });

  test('a candidate without replicas gets nothing, and its stage back once it has some', () => {
    const one = last(run(started(), [healthy(0)])).state;
    const down = decide(one, { kind: 'ready', ready: { candidate: 0, stable: 1 } }, 2000);
    expect(down.state.weight).toBe(0);
    expect(decide(down.state, { kind: 'ready', ready: { candidate: 1, stable: 1 } }, 3000).state.weight).toBe(
      500,
    );
  });

  test('a candidate that was answering and cannot any more is told of', () => {
    const one = last(run(started(), [healthy(0)])).state;
    const down = decide(one, { kind: 'ready', ready: { candidate: 0, stable: 1 } }, 2000);
    expect(down.actions).toMatchObject([
      { kind: 'route', weight: 0 },
      { kind: 'alert', message: expect.stringMatching(/no ready replica any more/) },
    ]);
    const still = decide(down.state, { kind: 'ready', ready: { candidate: 0, stable: 2 } }, 3000);
    expect(still.actions).toEqual([]);
  });

  test('harm is acted on, whether or not the candidate still has a replica', () => {
    const one = last(run(started(), [healthy(0)])).state;
    const down = decide(one, { kind: 'ready', ready: { candidate: 0, stable: 1 } }, 2000);
    const harmed = decide(down.state, failing(1), 3000);
    expect(harmed).toMatchObject({ verdict: 'abort', state: { phase: { kind: 'rolled-back' }, weight: 0 } });
  });

  test('nothing is routed back to a stable without replicas; it is started first', () => {
    const one = last(run(started(), [healthy(0)])).state;
    const down = decide(one, { kind: 'ready', ready: { candidate: 1, stable: 0 } }, 2000);
    expect(down.actions.map(({ kind }) => kind)).toEqual(['warm']);
    const aborted = decide(down.state, command('abort'), 3000);
    expect(aborted.state).toMatchObject({ phase: { kind: 'aborted', by: 'ada' }, weight: 500 });
    expect(aborted.actions.map(({ kind }) => kind)).toEqual(['alert']);
    const back = decide(aborted.state, { kind: 'ready', ready: { candidate: 1, stable: 1 } }, 4000);
    expect(back.actions.map(({ kind }) => kind)).toEqual(['route', 'release']);
  });
});

test('a shadow stage counts inputs that both answered, and evidence from pairs rolls back', () => {
  const shadow = started({ stages: [{ shadow: 100, bake: '3s', minUnits: 100 }, { weight: 100 }] });
  const paired =
    (candidateOnly: number) =>
    (index: number): RolloutEvent => ({
      kind: 'window',
      window: windowOf(
        index,
        { units: 0, failures: 0 },
        { units: 60, failures: 0 },
        {
          pairs: 60,
          paired: { errors: { candidateOnly, stableOnly: 0 } },
        },
      ),
    });
  expect(run(shadow, [TICK])[0]!.actions).toEqual([
    { kind: 'route', id: 'ro_1/0', fence: 0, weight: 0, shadow: 100 },
  ]);
  expect(last(run(shadow, windows(3, paired(0)))).state.phase.kind).toBe('promoted');
  expect(last(run(shadow, windows(3, paired(6)))).state.phase).toEqual({
    kind: 'rolled-back',
    cause: 'errors',
  });
});

test('a policy that ends below 100 % leaves the promotion to a person', () => {
  const done = last(run(started({ stages: [{ weight: 5, bake: '1s' }] }), [TICK, ...windows(2, healthy)]));
  expect(done).toMatchObject({
    verdict: 'advance',
    state: { phase: { kind: 'holding', cause: 'stages-done' }, weight: 500 },
  });
  expect(decide(done.state, command('promote'), 9000).state.weight).toBe(10_000);
});

test('a controller that has lost ownership decides nothing any more', () => {
  const one = last(run(started({}, { fence: 3 }), [healthy(0)])).state;
  expect(decide(one, { kind: 'fence', fence: 3 }, 2000).state.fenced).toBe(false);
  const lost = decide(one, { kind: 'fence', fence: 4 }, 2000).state;
  for (const event of [failing(1), command('abort'), TICK])
    expect(decide(lost, event, 3000)).toMatchObject({ actions: [], state: lost });
});
