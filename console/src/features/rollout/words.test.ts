import { expect, test } from 'vitest';
import type { RolloutView } from '../../api/generated/control-api.ts';
import { guardsOf, oddsTick, oddsTicks, oddsWords } from '../../facts/guard-words.ts';
import { forecastWords } from './forecast-words.ts';

const rollout = (more: object): RolloutView =>
  ({
    ...{ state: 'running', stableVersion: 1, candidate: 2, stage: 0, weight: 5 },
    progress: {
      ...{ stages: [{ weight: 5, approval: false, bake: 1 }], elapsed: 0, approved: false },
      deadline: { elapsed: 3_600_000, maxTime: 86_400_000, onTimeout: 'hold' },
    },
    forecast: {
      stages: [{ stage: 0, end: 240_000 }],
      promotion: 900_000,
      detection: { rate: 0.01, time: 60_000 },
    },
    ...more,
  }) as unknown as RolloutView;

test('evidence is told as odds, on an axis of powers of ten', () => {
  expect([null, -1, Math.log(12), 1000].map(oddsWords)).toEqual([
    'none',
    'none',
    '12 to 1',
    'over a million to 1',
  ]);
  expect(oddsTicks(Math.log(250) * 1.1).map(oddsTick)).toEqual(['1', '10', '100']);
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
  expect(forecastWords(rollout({ state: 'holding' }))[0]).toBe(
    'Nothing moves until somebody resumes it: 5 % of units stay with version 2.',
  );
  expect(forecastWords(rollout({ forecast: null }))[0]).toContain('No traffic is known yet');
  expect(forecastWords(rollout({ forecast: null })).join(' ')).toContain(
    'At the deadline, in 23 h, it holds for a person.',
  );
  expect(forecastWords(rollout({ state: 'promoted' }))).toEqual([]);
});

test('what takes an approval does not happen by itself, whatever the forecast of the rest', () => {
  const stages = [false, true].map((approval) => ({ weight: 5, approval, bake: 1 }));
  const deadline = { elapsed: 3_600_000, maxTime: 86_400_000, onTimeout: 'hold' };
  const told = (stage: number, approved: boolean): string =>
    forecastWords(rollout({ stage, progress: { stages, elapsed: 0, approved, deadline } })).join(' ');
  const later = told(0, false);
  expect(later).toContain('This stage ends in about 4 min. Without approval it goes no further.');
  expect(later).toContain('With it, everybody gets version 2 after about 15 min and the time that approval');
  expect(later).toContain('At the deadline, in 23 h, it holds for a person.');
  expect(told(1, true)).toContain('Everybody gets version 2 in about 15 min.');
});
