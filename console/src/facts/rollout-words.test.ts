import { expect, test } from 'vitest';
import type { RolloutView } from '../api/generated/control-api.ts';
import { rolloutStanding, strategyWords } from './rollout-words.ts';

const rollout = (more: object): RolloutView =>
  ({ state: 'running', stage: 0, reason: '', candidate: 2, stableVersion: 1, ...more }) as RolloutView;

test('a pause by a person is told from what waits for one', () => {
  const standing = (more: object) => rolloutStanding(rollout(more));
  expect(standing({ state: 'holding', holdCause: 'paused' })).toEqual({ words: 'Paused', level: 'act' });
  for (const holdCause of ['timeout', 'split', 'stages-done', 'inconclusive'])
    expect(standing({ state: 'holding', holdCause }).words).toBe('Waits for a person');
  expect(standing({ state: 'rolled-back' })).toEqual({ words: 'Rolled back', level: 'watch' });
});

test('each kind says what it does to whom', () => {
  expect(strategyWords(rollout({ strategy: 'shadow' }))).toContain('answers nobody');
  expect(strategyWords(rollout({ strategy: 'immediate' }))).toContain('No evidence was asked for');
});
