import { expect, test } from 'vitest';
import type { PolicyReplay } from '../../api/policy-replay.ts';
import { budgetWords, lanesOf, noticeWords, verdictWords } from './replay-words.ts';

const DAY = 86_400_000;
const episode = (fingerprint: string, feature: string | null = fingerprint) => ({
  ...{
    fingerprint,
    alertname: 'FeatureDrift',
    feature,
    severity: 'ticket' as const,
    firedAt: 1,
    endedAt: null,
  },
  ...{ sentence: `${fingerprint} moved`, value: 1, threshold: 0.05 },
});
const outcome = (...names: readonly string[]): PolicyReplay['present'] => ({
  ...{ fired: names.length, episodes: names.map((name) => episode(name)), notices: [], falseAlarms: 0.033 },
});
const replay = (more: Partial<PolicyReplay> = {}): PolicyReplay => ({
  ...{ from: 0, to: 3 * DAY, rows: 40_000, skipped: 0, isWhole: true, notes: [] },
  ...{ present: outcome('age', 'fee'), changed: outcome('fee'), ...more },
});

test('both policies are told in one sentence, with the span and the rows that it rests on', () => {
  expect(verdictWords(replay())).toBe(
    'The changed policy would have fired once, the one in force 2 times, in 3 d and 40,000 rows.',
  );
  expect(verdictWords(replay({ changed: outcome() }))).toContain('would have fired never');
  expect(verdictWords(replay({ rows: 0 }))).toContain('nothing to replay');
  expect(budgetWords(replay())).toContain('at most 0.033 alarms');
  expect(noticeWords({ ...outcome(), notices: [{ receiver: 'ops', notices: 2 }] })).toBe(
    'ops would have got 2 messages',
  );
  expect(noticeWords(outcome())).toBe('nobody would have been told');
});

test('what one policy alone tells comes before what both do', () => {
  const lanes = lanesOf(replay({ changed: outcome('fee', 'plan') }));
  expect(lanes.map(({ name, by }) => [name, by])).toEqual([
    ['FeatureDrift of plan', 'changed'],
    ['FeatureDrift of age', 'present'],
    ['FeatureDrift of fee', 'both'],
  ]);
});
