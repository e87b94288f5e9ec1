import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import { harmfulGuard, type RolloutEvidence } from '../evidence/evidence.ts';
import { parsePolicy } from '../policy/policy.ts';
import { parseWindow, type RecordedWindow } from '../recorded-window.ts';
import { decide } from './decide.ts';
import {
  isRolloutOver,
  type RolloutDecision,
  type RolloutEvent,
  type RolloutState,
  startRollout,
} from './state.ts';

/** Random histories of a rollout, checked against what must hold in every one of them. */

const BINDING = { candidate: 'c', stable: 's', policyHash: 'p' };
const DAY = 86_400_000;
interface Timed {
  readonly event: RolloutEvent;
  /** Milliseconds since the event before. */
  readonly step: number;
}
const policies = fc
  .record({
    bake: fc.constantFrom('0s', '1s', '2s'),
    minUnits: fc.constantFrom(0, 10, 200),
    certificate: fc.constantFrom<unknown>(false, {}, { gates: 'every', margin: 0.05 }),
    onTimeout: fc.constantFrom('hold', 'rollback', 'promote'),
    shadow: fc.boolean(),
    approval: fc.boolean(),
    holdback: fc.constantFrom(0, 2),
    maxTime: fc.constantFrom('5s', '10m'),
  })
  .map(({ shadow, bake, minUnits, approval, ...rest }) =>
    parsePolicy({
      window: '1s',
      watermark: '2s',
      staleAfter: '5s',
      warm: '3s',
      stages: [
        ...(shadow ? [{ shadow: 100, bake, minUnits }] : []),
        { weight: 5, bake, minUnits, approval },
        { weight: 50, bake, minUnits },
        { weight: 100 },
      ],
      ...rest,
    }),
  );
const arm = fc
  .record({ units: fc.constantFrom(0, 1, 50, 500), share: fc.constantFrom(0, 0, 0, 0.01, 0.3, 1) })
  .map(({ units, share }) => ({
    units,
    failures: Math.floor(units * share),
    over: { p99: Math.floor(units * share) },
  }));

const windows = fc
  .record({ window: fc.nat(12), candidate: arm, stable: arm, pairs: fc.constantFrom(0, 40), bad: fc.nat(10) })
  .map(({ window, candidate, stable, pairs, bad }) =>
    parseWindow(
      JSON.stringify({
        rollout: 'r',
        window,
        weight: 0.05,
        arms: { candidate, stable },
        pairs,
        paired: pairs === 0 ? {} : { errors: { candidateOnly: bad, stableOnly: 1 } },
      }),
      1,
    ),
  );

const events: fc.Arbitrary<RolloutEvent> = fc.oneof(
  { weight: 8, arbitrary: windows.map((window) => ({ kind: 'window', window }) as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'tick' } as const) },
  {
    weight: 1,
    arbitrary: fc
      .record({ candidate: fc.nat(1), stable: fc.nat(1) })
      .map((ready) => ({ kind: 'ready', ready }) as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('abort', 'promote', 'pause', 'resume', 'approve')
      .map((kind) => ({ kind: 'command', command: { kind, by: 'ada' } }) as RolloutEvent),
  },
);

const history = fc.record({
  policy: policies,
  events: fc.array(fc.record({ event: events, step: fc.constantFrom(0, 500, 1000, 4000) }), {
    maxLength: 40,
  }),
});

type History = { policy: ReturnType<typeof parsePolicy>; events: readonly Timed[] };

const startOf = ({ policy }: History): RolloutState =>
  startRollout({ attempt: 'ro', binding: BINDING, policy, now: 0 });

function run(state: RolloutState, timed: readonly Timed[], from = 0): RolloutDecision[] {
  const decisions: RolloutDecision[] = [];
  let now = from;
  for (const { event, step } of timed) {
    now += step;
    decisions.push(decide(deepFreeze(decisions.at(-1)?.state ?? state), event, now));
  }
  return decisions;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

const check = (holds: (given: History) => void): void =>
  fc.assert(
    fc.property(history, (given) => holds(given)),
    { numRuns: runs(400) },
  );

const stored = (state: RolloutState): RolloutState => JSON.parse(JSON.stringify(state)) as RolloutState;

test('every event in every state has a decision with a reason, and no state is changed in place', () => {
  check((given) => {
    for (const { reason, verdict, state } of run(startOf(given), given.events)) {
      expect(reason).not.toBe('');
      expect(['abort', 'advance', 'hold', 'inconclusive']).toContain(verdict);
      expect(Number.isFinite(state.weight)).toBe(true);
    }
  });
});

test('an abort is absorbing: the phase stays and the weight only falls', () => {
  check((given) => {
    const decisions = run(startOf(given), given.events);
    const first = decisions.findIndex(({ verdict }) => verdict === 'abort');
    if (first < 0) return;
    const after = decisions.slice(first);
    after.forEach(({ state, verdict }, i) => {
      expect(verdict).toBe('abort');
      expect(state.phase).toEqual(after[0]!.state.phase);
      expect(state.weight).toBeLessThanOrEqual(after[Math.max(0, i - 1)]!.state.weight);
    });
  });
});

test('evidence of harm never lets a rollout that can be rolled back go on', () => {
  check((given) => {
    for (const { state } of run(startOf(given), given.events)) {
      const isHarmed = harmfulGuard(state.evidence, given.policy) !== null;
      if (isHarmed && state.ready.stable > 0) expect(isRolloutOver(state.phase)).toBe(true);
    }
  });
});

test('a rollout resumed from what was stored after any event decides as one that never stopped', () => {
  fc.assert(
    fc.property(history, fc.nat(40), (given, cut) => {
      const whole = run(startOf(given), given.events);
      const at = Math.min(cut, given.events.length);
      const state = at === 0 ? startOf(given) : whole[at - 1]!.state;
      const from = given.events.slice(0, at).reduce((sum, { step }) => sum + step, 0);
      expect(run(stored(state), given.events.slice(at), from)).toEqual(whole.slice(at));
    }),
    { numRuns: runs(300) },
  );
});

test('an event decided again after a crash before its decision was stored gives the same actions', () => {
  check((given) => {
    let state = startOf(given);
    let now = 0;
    for (const { event, step } of given.events) {
      now += step;
      const first = decide(state, event, now);
      expect(decide(stored(state), event, now)).toEqual(first);
      state = first.state;
    }
  });
});

test('action ids are never used twice', () => {
  check((given) => {
    const ids = run(startOf(given), given.events).flatMap(({ actions }) => actions.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('what is routed is what was decided last, and never to a version without replicas while the other has some', () => {
  check((given) => {
    let weight = 0;
    for (const { state, actions } of run(startOf(given), given.events)) {
      for (const action of actions) if (action.kind === 'route') weight = action.weight;
      expect(state.weight).toBe(weight);
      if (state.ready.candidate === 0 && state.ready.stable > 0) expect(weight).toBe(0);
    }
  });
});

test('the stable version is not let go before the promotion, nor the candidate while units are routed to it', () => {
  check((given) => {
    for (const { state, actions } of run(startOf(given), given.events)) {
      for (const action of actions) {
        if (action.kind !== 'release') continue;
        if (action.version === 'stable') expect(state.phase.kind).toBe('promoted');
        else expect(state.weight).toBe(0);
      }
    }
  });
});

test('a clock that jumps by a day in either direction passes no stage, and stages are passed one at a time', () => {
  fc.assert(
    fc.property(history, fc.nat(39), fc.constantFrom(DAY, -DAY), (given, at, jump) => {
      const jumped = given.events.map((timed, i) =>
        i === at ? { ...timed, step: timed.step + jump } : timed,
      );
      let before = startOf(given);
      for (const { state } of run(before, jumped)) {
        expect([before.stage, before.stage + 1]).toContain(state.stage);
        if (state.stage > before.stage) {
          const { bake } = given.policy.stages[before.stage]!;
          const seen = state.counters.taken * given.policy.window;
          expect(seen).toBeGreaterThanOrEqual(Math.max(bake, given.policy.window));
        }
        before = state;
      }
    }),
    { numRuns: runs(300) },
  );
});

test('without windows, whatever happens short of a person or a deadline, nothing is promoted or rolled back', () => {
  check((given) => {
    const mute = given.events.filter(({ event }) => event.kind === 'tick' || event.kind === 'ready');
    const kinds = run(startOf({ ...given, policy: { ...given.policy, onTimeout: 'hold' } }), mute).map(
      ({ state }) => state.phase.kind,
    );
    for (const kind of kinds) expect(['running', 'holding']).toContain(kind);
  });
});

const logs = ({ guards }: RolloutEvidence): number[] =>
  Object.values(guards).flatMap(({ tests: races, log }) => [log, ...races.flatMap(({ harm }) => harm)]);

const onlyEvidence = (given: History, taken: readonly RecordedWindow[]): RolloutEvidence =>
  (
    run(
      startOf(given),
      taken.map((window) => ({ event: { kind: 'window', window }, step: 1000 })),
    ).at(-1)?.state ?? startOf(given)
  ).evidence;

test('windows that come twice, or in another order before the watermark, leave the evidence what it was', () => {
  const series = fc.array(windows, { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(policies, series, fc.array(fc.nat(9)), (policy, made, swaps) => {
      const given = { policy, events: [] };
      // All of one shape: which races take part is settled by the first window.
      const inOrder = made.map((window, i) => ({ ...window, window: i }));
      const shuffled = [...inOrder];
      for (const i of swaps) {
        if (i + 1 < shuffled.length) {
          [shuffled[i], shuffled[i + 1]] = [shuffled[i + 1]!, shuffled[i]!];
          break;
        }
      }
      const twice = shuffled.flatMap((window) => [window, window]);
      const found = logs(onlyEvidence(given, twice));
      logs(onlyEvidence(given, inOrder)).forEach((log, i) =>
        expect(Math.abs(found[i]! - log)).toBeLessThan(1e-12 * Math.max(1, Math.abs(log))),
      );
    }),
    { numRuns: runs(300) },
  );
});

test('a window after the watermark is counted as late and leaves the evidence bit-identical', () => {
  fc.assert(
    fc.property(policies, windows, windows, (policy, first, lateOne) => {
      const given = { policy, events: [] };
      const state = run(startOf(given), [
        { event: { kind: 'window', window: { ...first, window: 9 } }, step: 1000 },
      ])[0]!.state;
      const event = { kind: 'window', window: { ...lateOne, window: 3 } } as const;
      const after = decide(state, event, 2000).state;
      expect(after.evidence).toEqual(state.evidence);
      expect(after.counters).toMatchObject({ late: 1, taken: 1 });
      expect(decide(after, event, 3000).state.counters.late).toBe(1);
    }),
  );
});

test('windows of another candidate, stable or policy are counted and never believed', () => {
  fc.assert(
    fc.property(
      history,
      windows,
      fc.constantFrom('candidate', 'stable', 'policyHash'),
      (given, window, part) => {
        const state = run(startOf(given), given.events).at(-1)?.state ?? startOf(given);
        const foreign = {
          kind: 'window',
          window: { ...window, window: 99 },
          binding: { ...BINDING, [part]: 'x' },
        } as const;
        const after = decide(state, foreign, state.clock.now).state;
        expect(after.evidence).toEqual(state.evidence);
        expect(after.progress.bake).toBe(after.stage === state.stage ? state.progress.bake : 0);
        expect(after.counters.foreign).toBe(state.counters.foreign + 1);
      },
    ),
  );
});

test('of two controllers only the one with the newest fence has its routes accepted, in one order', () => {
  fc.assert(
    fc.property(history, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (given, turns) => {
      // The route register keeps the highest fence that it has seen, as the store does.
      const register = { fence: 0, writes: [] as number[] };
      const controllers = [1, 2].map((fence) => ({
        fence,
        state: startRollout({ attempt: 'ro', binding: BINDING, policy: given.policy, now: 0, fence }),
      }));
      let now = 0;
      given.events.forEach(({ event, step }, i) => {
        now += step;
        const turn = controllers[Number(turns[i])]!;
        const { state, actions } = decide(turn.state, event, now);
        turn.state = state;
        for (const action of actions) {
          if (action.fence < register.fence)
            turn.state = decide(turn.state, { kind: 'fence', fence: register.fence }, now).state;
          else {
            register.fence = action.fence;
            register.writes.push(action.fence);
          }
        }
      });
      expect(register.writes).toEqual([...register.writes].sort());
    }),
  );
});
