import { expect, test } from 'vitest';
import { DEFAULT_POLICY, parsePolicy } from '../policy/policy.ts';
import { parseWindow, type RecordedWindow } from '../recorded-window.ts';
import { decide } from './decide.ts';
import { type RolloutState, startRollout } from './state.ts';
import { stagedStatus } from './status.ts';

const ARM = { units: 500, failures: 0, over: { p50: 250, p99: 5 }, shifted: { low: 1 } };

const window = (index: number): RecordedWindow =>
  parseWindow(
    JSON.stringify({ rollout: 'ro_1', window: index, weight: 0.5, arms: { candidate: ARM, stable: ARM } }),
    1,
  );

function after(windows: number, policy = DEFAULT_POLICY): RolloutState {
  const binding = { candidate: 'b', stable: 'a', policyHash: 'p' };
  let state = startRollout({ attempt: 'ro_1', binding, policy, now: 0 });
  for (let i = 0; i < windows; i++)
    state = decide(state, { kind: 'window', window: window(i) }, (i + 1) * 60_000).state;
  return state;
}

test('without a single failure the certificate is seen to grow, by the candidate’s own rate', () => {
  const logs = [1, 2, 3].map((windows) => stagedStatus(after(windows)).evidence.errors!.certificate!.log);
  expect(logs).toEqual(logs.toSorted((a, b) => a - b));
  // 1,438 units without a failure certify half a point at 5 %: docs/rollouts.md.
  expect(logs[1]).toBeLessThan(Math.log(20));
  expect(logs[2]).toBeGreaterThan(Math.log(20));
});

test('a certificate is shown where the promotion waits for it, and nowhere else', () => {
  const { errors, latency, outputs } = stagedStatus(after(3)).evidence;
  expect([errors, latency, outputs].map((guard) => guard!.certificate !== null)).toEqual([true, true, false]);
  const without = stagedStatus(after(3, parsePolicy({ certificate: false }))).evidence;
  expect(Object.values(without).map(({ certificate }) => certificate)).toEqual([null, null, null]);
});

test('the stage says what it has and since when', () => {
  expect(stagedStatus(after(0)).progress).toMatchObject({
    bake: 0,
    elapsed: 0,
    stages: DEFAULT_POLICY.stages,
  });
  expect(
    stagedStatus(after(2, parsePolicy({ stages: [{ weight: 50, bake: '1h' }] }))).progress,
  ).toMatchObject({
    bake: 120_000,
    candidateUnits: 1000,
    stableUnits: 1000,
    approved: false,
  });
});

test('every gate of the stage is told, those that it has passed, too', () => {
  const stages = [{ weight: 50, bake: '2m', minUnits: 600, approval: true }, { weight: 100 }];
  const policy = parsePolicy({ stages, guards: { latency: false } });
  const gates = (windows: number) =>
    stagedStatus(after(windows, policy)).progress!.gates.map(({ kind, isPassed }) => [kind, isPassed]);
  expect(gates(1)).toEqual([
    ...[
      ['bake', false],
      ['units', false],
      ['doubt', true],
      ['certificate', false],
      ['approval', false],
    ],
  ]);
  expect(gates(3)).toEqual([
    ...[
      ['bake', true],
      ['units', true],
      ['doubt', true],
      ['certificate', true],
      ['approval', false],
    ],
  ]);
  const early = parsePolicy({ stages: [{ weight: 5, bake: '1m' }, { weight: 50 }, { weight: 100 }] });
  expect(stagedStatus(after(0, early)).progress!.gates.map(({ kind }) => kind)).toEqual(['bake', 'units']);
  const aborted = decide(after(1, policy), { kind: 'command', command: { kind: 'abort', by: 'a' } }, 60_000);
  expect(stagedStatus(aborted.state).progress!.gates).toEqual([]);
});
