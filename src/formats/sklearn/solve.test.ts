import { expect, test } from 'vitest';
import { solvePositive, timesTransposed } from './solve.ts';

test('a positive definite system is solved for every column', () => {
  const a = { rows: 3, cols: 3, data: Float64Array.of(4, 2, 0, 2, 5, 1, 0, 1, 3) };
  const x = { rows: 3, cols: 2, data: Float64Array.of(1, -2, 3, 0, 0.5, 4) };
  // a is symmetric: a · x = a · (xᵀ)ᵀ.
  const xt = { rows: 2, cols: 3, data: Float64Array.of(1, 3, 0.5, -2, 0, 4) };
  const solved = solvePositive(a, timesTransposed(a, xt))!;
  expect(solved.rows).toBe(3);
  solved.data.forEach((value, k) => {
    expect(value).toBeCloseTo(x.data[k]!, 14);
  });
});

test('a matrix that is not positive definite has no factor', () => {
  const one = { rows: 2, cols: 1, data: Float64Array.of(1, 1) };
  expect(solvePositive({ rows: 2, cols: 2, data: Float64Array.of(1, 2, 2, 1) }, one)).toBeNull();
  expect(solvePositive({ rows: 2, cols: 2, data: Float64Array.of(NaN, 0, 0, 1) }, one)).toBeNull();
});
