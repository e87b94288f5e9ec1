import { expect, test } from 'vitest';
import type { RolloutSummary } from '../../control/port.ts';
import { rolloutTable } from './list.ts';

const ROLLOUT: RolloutSummary = {
  ...{ id: 'ro_1', endpoint: 'churn', strategy: 'canary', candidate: 2, stableVersion: 1, state: 'running' },
  ...{ weight: 25, reason: 'Collecting', startedAt: '2026-01-01T10:20:30.000Z', endedAt: null, by: 'ana' },
};

test('rollouts are listed with where they are and why', () => {
  const over: RolloutSummary = { ...ROLLOUT, id: 'ro_0', state: 'rolled-back', weight: null, reason: null };
  const [head, first, second] = rolloutTable([ROLLOUT, over], 200).split('\n');
  expect(head!.trim().split(/ {2,}/)).toEqual([
    'ROLLOUT',
    'ENDPOINT',
    'STRATEGY',
    'VERSIONS',
    'STATE',
    'BEGUN',
    'WHY',
  ]);
  expect(first!.trim().split(/ {2,}/)).toEqual([
    ...['ro_1', 'churn', 'canary', '1 to 2', 'running at 25 %', '2026-01-01 10:20', 'Collecting'],
  ]);
  expect(second).toContain('rolled-back');
  expect(rolloutTable([], 80)).toContain('No rollouts');
});
