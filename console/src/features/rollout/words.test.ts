import { expect, test } from 'vitest';
import type { RolloutView } from '../../api/generated/control-api.ts';
import { forecastWords } from './forecast-words.ts';
import { guardsOf, oddsWords, shareOf } from './guard-words.ts';

const rollout = (more: object): RolloutView =>
  ({
    ...{ state: 'running', stableVersion: 1, candidate: 2, stage: 0, weight: 5 },
    progress: { stages: [{ weight: 5, approval: false, bake: 1 }], elapsed: 0, approved: false },
    forecast: {
      stages: [{ stage: 0, end: 240_000 }],
      promotion: 900_000,
      detection: { rate: 0.01, time: 60_000 },
    },
    ...more,
  }) as unknown as RolloutView;

test('evidence is told as odds and as a share of the way to its bound', () => {
  expect([null, -1, Math.log(12), 1000].map(oddsWords)).toEqual([
    'none',
    'none',
    '12 to 1',
    'over a million to 1',
  ]);
  expect([null, -3, 2, 9].map((log) => shareOf(log, 4))).toEqual([0, 0, 0.5, 1]);
  const guard = { log: 1 };
  expect(guardsOf({ labels: guard, errors: guard } as never).map(([name]) => name)).toEqual([
    'errors',
    'labels',
  ]);
});

test('what happens by itself is said, and that nothing does', () => {
  const running = forecastWords(rollout({})).join(' ');
  expect(running).toContain('This stage ends in about 4 min.');
  expect(running).toContain('Everybody gets version 2 in about 15 min.');
  expect(running).toContain('fails 1 % more often is found within about 1 min');
  expect(forecastWords(rollout({ state: 'holding' }))).toEqual([
    'Nothing moves until somebody resumes it: 5 % stay with version 2.',
  ]);
  expect(forecastWords(rollout({ forecast: null })).at(-1)).toContain('No traffic is known yet');
  expect(forecastWords(rollout({ state: 'promoted' }))).toEqual([]);
});
