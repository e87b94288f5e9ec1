import { expect, test } from 'vitest';
import {
  type AccuracyLine,
  accuracyLines,
  accuracyWords,
  cohortStep,
  completeness,
  estimatedPoints,
  type Quality,
  realisedPoints,
} from './accuracy-words.ts';

const DAY = 86_400_000;
const known = (value: number) => ({ value, lower: value - 0.1, upper: value + 0.1, error: 0, rows: 10 });
const cohort = (day: number, more: object = {}) =>
  ({
    ...{ version: 1, metric: 'auc', from: day * DAY, to: (day + 1) * DAY, arrived: 1, mature: true },
    ...{ realised: known(0.8), estimate: known(0.75), ...more },
  }) as unknown as Quality['cohorts'][number];

test('cohorts of one version and metric are one line, the newest line first, its cohorts oldest first', () => {
  const lines = accuracyLines([cohort(3, { version: 2 }), cohort(2), cohort(1), cohort(1, { metric: 'f1' })]);
  expect(lines.map(({ key, cohorts }) => [key, cohorts.map(({ from }) => from / DAY)])).toEqual([
    ['2 auc', [3]],
    ['1 auc', [1, 2]],
    ['1 f1', [1]],
  ]);
});

test('what labels said is open while more of them come, and estimates are there without any', () => {
  const [line] = accuracyLines([cohort(2, { mature: false, arrived: 0.4 }), cohort(1)]) as [AccuracyLine];
  expect(realisedPoints(line).map(({ isOpen }) => isOpen)).toEqual([false, true]);
  expect(estimatedPoints(line)[0]).toEqual({ at: DAY, value: 0.75, low: 0.65, high: 0.85 });
  expect(completeness(line)).toEqual([
    { at: DAY, share: 1 },
    { at: 2 * DAY, share: 0.4 },
  ]);
  expect(cohortStep(line)).toBe(DAY);
  expect(accuracyWords(line, 0.9)).toBe(
    'auc of the newest complete cohort is 0.800, 0.900 in the reference. Labels of 1 cohort are still to come.',
  );
  const [none] = accuracyLines([cohort(2, { mature: null, realised: null, estimate: null })]) as [
    AccuracyLine,
  ];
  expect(accuracyWords(none, null)).toContain('No cohort has all its labels yet.');
  expect([realisedPoints(none), estimatedPoints(none)]).toEqual([[], []]);
});
