import { describe, expect, it } from 'vitest';
import type { FeedbackRow, RolloutRow, Strategy } from '../../store/store.ts';
import { blindPolicyError } from './blind-policy.ts';

const rowOf = (strategy: Strategy, policy: unknown): RolloutRow => ({
  id: 'ro_1',
  endpoint: 'm',
  strategy,
  candidate: 2,
  stable: 1,
  binding: { candidate: 'c', stable: 's', policyHash: 'p' },
  policy,
  seed: 1,
  reason: '',
  by: 'ann',
  startedAt: 1_700_000_000_000,
  endedAt: null,
  state: 'running',
  rolledBackAutomatically: false,
});
const traffic = (rate: number, errorShare = 0.005) => ({ rate, errorShare, units: null, over: 600_000 });
const SILENCE = { values: async () => [] };

describe('a rollout by stages', () => {
  const quick = { maxTime: '1h' };

  it('that cannot find its margin in time is refused with the numbers', async () => {
    const refusal = await blindPolicyError(rowOf('canary', quick), traffic(0.5), SILENCE);
    expect(refusal).toMatchObject({
      code: 'POLICY_BLIND',
      details: { rate: 0.5, maxTime: '1h', harm: '1 %' },
    });
  });

  it('begins with more traffic, more time, or where no traffic is known', async () => {
    expect(await blindPolicyError(rowOf('canary', quick), traffic(500), SILENCE)).toBeNull();
    expect(await blindPolicyError(rowOf('canary', { maxTime: '30d' }), traffic(0.5), SILENCE)).toBeNull();
    expect(await blindPolicyError(rowOf('canary', quick), null, SILENCE)).toBeNull();
  });

  it.each(['shadow', 'immediate', 'placebo'] as const)(
    'that promotes nobody by evidence always begins: %s',
    async (strategy) => {
      expect(await blindPolicyError(rowOf(strategy, quick), traffic(0.01), SILENCE)).toBeNull();
    },
  );

  it('has a sound policy even where no traffic is known', async () => {
    await expect(blindPolicyError(rowOf('canary', { guard: {} }), null, SILENCE)).rejects.toMatchObject({
      code: 'POLICY_INVALID',
    });
  });
});

describe('an experiment', () => {
  const policy = { primary: { metric: 'revenue', minimumEffect: 0.5 }, maxTime: '7d' };
  /** One unit in four of 3600 an hour buys for 10, in two goes. */
  const purchases = Array.from({ length: 1800 }, (_, i): FeedbackRow => {
    const unit = `u${i % 900}`;
    return { endpoint: 'm', requestId: null, unit, metric: 'revenue', value: '5', at: 0, receivedAt: 0 };
  });
  const heard = { values: async () => purchases };

  it('is refused by how much its metric varies among all units, silent ones too', async () => {
    const strict = { ...policy, primary: { ...policy.primary, minimumEffect: 0.01 } };
    const refusal = await blindPolicyError(rowOf('ab', strict), traffic(1), heard);
    expect(refusal?.code).toBe('EXPERIMENT_BLIND');
    expect(refusal?.details['deviation']).toBeCloseTo(Math.sqrt(0.25 * 0.75) * 10, 2);
    expect(await blindPolicyError(rowOf('ab', policy), traffic(1), heard)).toBeNull();
  });

  it('begins where little was heard of its metric, or CUPED will take variance out', async () => {
    const cuped = { ...policy, primary: { ...policy.primary, minimumEffect: 0.01, cuped: 'visits' } };
    expect(await blindPolicyError(rowOf('ab', cuped), traffic(1), heard)).toBeNull();
    expect(await blindPolicyError(rowOf('ab', policy), traffic(0.001), SILENCE)).toBeNull();
  });
});
