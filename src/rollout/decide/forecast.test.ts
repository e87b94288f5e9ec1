import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { parsePolicy } from '../policy/policy.ts';
import { parseScenario } from '../simulate/scenario.ts';
import { SimulatedTraffic } from '../simulate/traffic.ts';
import { decide } from './decide.ts';
import { forecastPolicy } from './forecast.ts';
import { type RolloutState, startRollout } from './state.ts';

const MINUTE = 60_000;
const binding = { candidate: 'c', stable: 's', policyHash: 'p' };
const begun = (policy: object = {}): RolloutState =>
  decide(startRollout({ attempt: 'r', binding, policy: parsePolicy(policy), now: 0 }), { kind: 'tick' }, 0)
    .state;

/** States after every window of one healthy rollout, to its promotion. */
function course(policy: object, rate: number, seed: number): RolloutState[] {
  const scenario = parseScenario({ rate, baseError: 0 }, parsePolicy(policy));
  const traffic = new SimulatedTraffic(scenario, seededRandom(seed));
  const states = [begun(policy)];
  for (let index = 0; states.at(-1)!.phase.kind === 'running' && index < 2000; index++) {
    const before = states.at(-1)!;
    const { window } = traffic.window(index, { weight: before.weight / 10_000, shadow: before.shadow / 100 });
    states.push(decide(before, { kind: 'window', window }, (index + 1) * MINUTE).state);
  }
  return states;
}

describe('a forecast', () => {
  const traffic = { rate: 100, errorRate: 0 };

  test('says when each stage ends, and the promotion', () => {
    expect(forecastPolicy(begun(), traffic)).toMatchObject({
      stages: [
        { stage: 0, end: 10 * MINUTE },
        { stage: 1, end: 15 * MINUTE },
        { stage: 2, end: 20 * MINUTE },
        { stage: 3, end: 25 * MINUTE },
      ],
      promotion: 25 * MINUTE,
    });
  });

  test('leaves the promotion to a person where the stages end below 100 %', () => {
    expect(forecastPolicy(begun({ stages: [{ weight: 5 }] }), traffic)).toMatchObject({
      stages: [{ stage: 0, end: 5 * MINUTE }],
      promotion: null,
    });
  });

  test('of a policy without certificate or errors guard says nothing of them', () => {
    const forecast = forecastPolicy(begun({ certificate: false, guards: { errors: false } }), traffic)!;
    expect(forecast.detection).toBeNull();
    expect('certificate' in forecast).toBe(false);
  });

  test('is none while a person is waited for, at 100 %, and without traffic', () => {
    const paused = decide(begun(), { kind: 'command', command: { kind: 'pause', by: 'ann' } }, 1).state;
    expect(forecastPolicy(paused, traffic)).toBeNull();
    expect(forecastPolicy({ ...begun(), stage: 4 }, traffic)).toBeNull();
    expect(forecastPolicy(begun(), { rate: 0, errorRate: 0 })).toBeNull();
  });

  test.each([1, 10])('comes closer as evidence comes in, at %d units/s', (rate) => {
    const errors: number[] = [];
    for (let seed = 1; seed <= 15; seed++) {
      const states = course({}, rate, seed);
      const end = states.at(-1)!.clock.now;
      for (const state of states.slice(0, -1)) {
        const { promotion } = forecastPolicy(state, { rate, errorRate: 0 })!;
        if (end - state.clock.now <= 10 * MINUTE)
          errors.push(Math.abs(state.clock.now + promotion! - end) / MINUTE);
      }
    }
    errors.sort((a, b) => a - b);
    // Of what is to come in the last ten minutes, half is told to four.
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(4);
  });
});
