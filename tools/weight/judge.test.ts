import { expect, test } from 'vitest';
import { BUDGETS, type BudgetName } from './budgets.ts';
import { isOver, lineOf } from './judge.ts';

const names = Object.keys(BUDGETS) as BudgetName[];

test.each(names)('%s holds at its limit and is over above it', (of) => {
  const { limit } = BUDGETS[of];
  expect(isOver({ of, value: limit })).toBe(false);
  expect(isOver({ of, value: limit + 0.001 })).toBe(true);
  expect(isOver({ of, value: Number.NaN })).toBe(true);
});

test('a line says figure, limit and what it is made of', () => {
  const { limit } = BUDGETS.withOptional;
  expect(lineOf({ of: 'withOptional', value: limit + 1, detail: 'a 300 MB' })).toBe(
    `OVER    installation with optional parts: ${(limit + 1).toFixed(1)} MB, limit ${limit.toFixed(1)} MB\n          a 300 MB`,
  );
  expect(lineOf({ of: 'required', value: 0 })).toMatch(/^ok {6}packages .*: 0, limit 0$/);
  expect(lineOf({ of: 'start', value: 1 })).toContain(
    `: 1.00 × the floor, limit ${BUDGETS.start.limit.toFixed(2)} × the floor`,
  );
});
