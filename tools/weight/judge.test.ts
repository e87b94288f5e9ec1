import { expect, test } from 'vitest';
import { BUDGETS, type Budget, type BudgetName } from './budgets.ts';
import { isOver, lineOf } from './judge.ts';

const names = Object.keys(BUDGETS) as BudgetName[];

test.each(names)('%s holds at its limit and is over above it', (of) => {
  const { limit } = BUDGETS[of];
  expect(isOver({ of, value: limit })).toBe(false);
  expect(isOver({ of, value: limit + 0.001 })).toBe(true);
  expect(isOver({ of, value: Number.NaN })).toBe(true);
});

test.each(names)('a goal of %s is below its limit', (of) => {
  const budget: { limit: number; goal?: number } = BUDGETS[of];
  expect(budget.goal ?? -1).toBeLessThan(budget.limit);
});

test('a line says figure, limit and what it is made of, and a goal while it is not reached', () => {
  const { limit } = BUDGETS.withOptional;
  expect(lineOf({ of: 'withOptional', value: limit + 1, detail: 'a 300 MB' })).toBe(
    `OVER    installation with optional parts: ${(limit + 1).toFixed(1)} MB, limit ${limit.toFixed(1)} MB\n          a 300 MB`,
  );
  expect(lineOf({ of: 'required', value: 0 })).toMatch(/^ok {6}packages .*: 0, limit 0$/);
  const budget: Budget = BUDGETS.start;
  const after = lineOf({ of: 'start', value: budget.limit });
  expect(after).toContain(
    `${budget.limit.toFixed(2)} × the floor, limit ${budget.limit.toFixed(2)} × the floor`,
  );
  expect(after.includes(', goal ')).toBe(budget.goal !== undefined);
  expect(lineOf({ of: 'start', value: budget.goal ?? 0 })).not.toContain('goal');
});
