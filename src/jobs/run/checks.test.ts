import { expect, test } from 'vitest';
import type { OutputDistributions } from '../receipt/column-distribution.ts';
import { holdChecks, reasonToHold } from './checks.ts';

const counts = (ok: number) => ({ read: ok, ok, rejected: 0, failed: 0, skipped: 0 });
const shares = (yes: number, no: number): OutputDistributions => ({
  predict: {
    kind: 'labels',
    counts: [
      ['no', no],
      ['yes', yes],
    ],
  },
});
const run = (ok: number, yes: number) => ({ rows: counts(ok), distributions: shares(yes, ok - yes) });

test('a first run has nothing to be compared with', () => {
  expect(holdChecks({ holdRows: 0.9, holdDistance: 0 }, null, run(10, 5))).toEqual([]);
});

test.each([
  [899, false],
  [900, true],
  [1111, true],
  [1112, false],
  [0, false],
])('with a share of 0.9, %i rows after 1000 pass: %s', (rows, passes) => {
  const [check] = holdChecks({ holdRows: 0.9, holdDistance: null }, run(1000, 0), run(rows, 0));
  expect(check?.ok).toBe(passes);
});

test('a distribution that has moved further than the limit holds the run, and says which', () => {
  const limits = { holdRows: null, holdDistance: 0.1 };
  expect(reasonToHold(holdChecks(limits, run(1000, 500), run(1000, 590)))).toBeNull();
  expect(reasonToHold(holdChecks(limits, run(1000, 500), run(1000, 610)))).toBe(
    '"predict" is distributed 0.110 from the last run, at most 0.1 was wanted',
  );
});

test('what a job does not ask for is not checked', () => {
  expect(holdChecks({ holdRows: null, holdDistance: null }, run(1000, 0), run(1, 1))).toEqual([]);
});
