import { expect, test } from 'vitest';
import { lineThrough, spreadOf } from './lane-fit.ts';

test('times of two sizes give their line', () => {
  const { request, row } = lineThrough([
    { rows: 1, micros: 105 },
    { rows: 101, micros: 605 },
  ]);
  expect(request).toBeCloseTo(100, 9);
  expect(row).toBeCloseTo(5, 9);
});

test('a small request counts as much as a large one, whatever its share of the time', () => {
  const { request, row } = lineThrough([
    { rows: 1, micros: 100 },
    { rows: 1000, micros: 10_000 },
    { rows: 1000, micros: 12_000 },
  ]);
  expect(request + row).toBeCloseTo(100, 0);
});

test('times of one size count alike, however far they are from each other', () => {
  const { request, row } = lineThrough([
    { rows: 1, micros: 100 },
    { rows: 1000, micros: 5000 },
    { rows: 1000, micros: 15_000 },
  ]);
  expect(request + 1000 * row).toBeCloseTo(10_000, 6);
});

test('what is a small part of a request counts by its share of that', () => {
  const beside = [
    { rows: 400, micros: 10, of: 2000 },
    { rows: 2000, micros: 900, of: 9000 },
    { rows: 2000, micros: 1100, of: 9000 },
  ];
  const { request, row } = lineThrough(beside);
  expect(request + 2000 * row).toBeGreaterThan(700);
  const byItself = lineThrough(beside.map(({ rows, micros }) => ({ rows, micros })));
  expect(byItself.request + 2000 * byItself.row).toBeLessThan(100);
});

test('no part of a line is negative', () => {
  expect(
    lineThrough([
      { rows: 1, micros: 50 },
      { rows: 10, micros: 40 },
    ]).row,
  ).toBe(0);
  const steep = lineThrough([
    { rows: 10, micros: 10 },
    { rows: 20, micros: 100 },
  ]);
  expect(steep.request).toBe(0);
  expect(steep.row).toBeGreaterThan(1);
});

test('one size has the slope that was predicted, as far as its time allows', () => {
  expect(lineThrough([{ rows: 4, micros: 100 }], 10)).toEqual({ request: 60, row: 10 });
  expect(lineThrough([{ rows: 4, micros: 20 }], 10)).toEqual({ request: 0, row: 5 });
  expect(lineThrough([], 3)).toEqual({ request: 0, row: 3 });
});

test('a spread has the mean 1, without what nobody works for', () => {
  const spread = spreadOf([1.1, 1.1, 2.1], 100);
  expect(spread.reduce((sum, part) => sum + part, 0) / 3).toBeCloseTo(1, 12);
  expect(spread[2]! / spread[0]!).toBeCloseTo(2, 9);
  expect(spreadOf([], 0)).toEqual([1]);
});
