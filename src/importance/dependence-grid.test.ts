import { expect, test } from 'vitest';
import { dependenceGrid } from './dependence-grid.ts';

test('rows without a value are a point of few values, and count for no quantile', () => {
  expect(dependenceGrid(Float64Array.of(2, Number.NaN, 1, 2), 5, false)).toEqual([1, 2, null]);
  const many = Float64Array.from({ length: 202 }, (_, k) => (k < 101 ? k : Number.NaN));
  const grid = dependenceGrid(many, 3, false);
  // scipy.stats.mstats.mquantiles(range(101), [0.05, 0.95])
  expect(grid[0]).toBeCloseTo(4.46, 12);
  expect(grid[2]).toBeCloseTo(95.54, 12);
  expect(grid).toHaveLength(3);
});

test('infinite values are no points', () => {
  const cells = Float64Array.from({ length: 400 }, (_, k) => (k < 100 ? Number.POSITIVE_INFINITY : k));
  for (const points of [3, 1000])
    expect(dependenceGrid(cells, points, false).every(Number.isFinite)).toBe(true);
  expect(dependenceGrid(Float64Array.of(Number.NaN, Number.NaN), 5, false)).toEqual([null]);
});

test('a column that is the same nearly everywhere is asked about from end to end', () => {
  const cells = Float64Array.from({ length: 1000 }, (_, k) => (k < 20 ? k : 0));
  expect(dependenceGrid(cells, 2, false)).toEqual([0, 19]);
});

test('categories are their values in order, the most frequent ones of many', () => {
  expect(dependenceGrid(['b', null, 'a', 'b'], 2, false)).toEqual(['a', 'b', null]);
  const many = Array.from({ length: 300 }, (_, k) => `c${k % 150}`);
  const grid = dependenceGrid([...many, 'often', 'often', 'often'], 2, false);
  expect(grid).toHaveLength(100);
  expect(grid).toContain('often');
  expect(dependenceGrid(Float64Array.of(3, 1, 2, 1), 2, true)).toEqual([1, 2, 3]);
});
