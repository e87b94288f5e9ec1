import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binEdges, histogram, spaced } from './bin-edges.ts';

const SKEWED = [1, 1.4, 1.95, 2.72, 3.79, 5.29, 7.39, 10.31, 14.39, 20.09, 28.03, 39.12];
const FEW = [0, 0, 1, 1, 1, 2, 2, 2, 2, 0, 1, 2];

test('edges and counts are those of numpy', () => {
  const sturges = binEdges(SKEWED, 'sturges');
  expect([...sturges]).toEqual([1, 8.623999999999999, 16.247999999999998, 23.872, 31.496, 39.12]);
  expect([...histogram(SKEWED, sturges)]).toEqual([7, 2, 1, 1, 1]);
  const doane = binEdges(SKEWED, 'doane');
  expect([...doane].map((edge) => edge.toFixed(9))).toEqual(
    [1, 6.445714286, 11.891428571, 17.337142857, 22.782857143, 28.228571429, 33.674285714, 39.12].map(
      (edge) => edge.toFixed(9),
    ),
  );
  expect([...histogram(SKEWED, doane)]).toEqual([6, 2, 1, 1, 1, 0, 1]);
});

test('integers get no bin narrower than one', () => {
  expect([...histogram(FEW, binEdges(FEW, 'doane', true))]).toEqual([3, 9]);
  expect([...histogram(FEW, binEdges(FEW, 'doane'))]).toEqual([3, 0, 0, 4, 0, 5]);
});

test('no values, one value and equal values have one bin', () => {
  expect([...binEdges([], 'sturges')]).toEqual([0, 1]);
  expect([...binEdges([3], 'doane')]).toEqual([2.5, 3.5]);
  expect([...binEdges([3.5, 3.5, 3.5], 'sturges')]).toEqual([3, 4]);
});

test('each value inside is counted once, in the bin whose edges hold it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -4, max: 30 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 9 }),
      (values, bins) => {
        const edges = spaced(0, 24, bins);
        const slow = Array.from({ length: bins }, (_, bin) => {
          const last = bin === bins - 1;
          return values.filter(
            (value) => value >= edges[bin]! && (last ? value <= edges[bin + 1]! : value < edges[bin + 1]!),
          ).length;
        });
        expect([...histogram(values, edges)]).toEqual(slow);
      },
    ),
  );
});
