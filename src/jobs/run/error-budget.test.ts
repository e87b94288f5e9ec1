import { expect, test } from 'vitest';
import { badRows, budgetText, isExceeded, sumOf } from './error-budget.ts';

const counts = (ok: number, rejected: number, failed = 0, skipped = 0) => ({
  read: ok + rejected + failed + skipped,
  ok,
  rejected,
  failed,
  skipped,
});

test('rejected and failed rows count against the budget, rows that the job leaves out do not', () => {
  expect(badRows(counts(5, 2, 3, 7))).toBe(5);
});

test.each([
  [{ rows: 2, share: null }, counts(10, 2), null, false],
  [{ rows: 2, share: null }, counts(10, 2, 1), null, true],
  [{ rows: 0, share: null }, counts(10, 0, 0, 5), 15, false],
  [{ rows: null, share: 0.1 }, counts(0, 9), 100, false],
  [{ rows: null, share: 0.1 }, counts(0, 11), 100, true],
  [{ rows: null, share: 0.1 }, counts(0, 11), null, false],
  [{ rows: null, share: 0.1 }, counts(990, 11), 20, false],
  [{ rows: null, share: null }, counts(0, 99), 99, false],
])('a budget of %o with %o of %s rows is exceeded: %s', (budget, found, total, exceeded) => {
  expect(isExceeded(budget, found, total)).toBe(exceeded);
});

test('a budget reads as it was meant', () => {
  expect(budgetText({ rows: 5, share: null })).toBe('5 rows');
  expect(budgetText({ rows: 5, share: 0.01 })).toBe('5 rows or 1 % of the rows');
});

test('counts add up', () => {
  expect(sumOf([])).toEqual(counts(0, 0));
  expect(sumOf([counts(1, 2, 3, 4), counts(10, 20, 30, 40)])).toEqual(counts(11, 22, 33, 44));
});
