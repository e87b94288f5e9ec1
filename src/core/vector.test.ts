import { expect, test } from 'vitest';
import { addAt, addTo, binCounts, take, takeInto, weightedSum, zipWith } from './vector.ts';

test('two vectors are put together element by element', () => {
  expect(zipWith([1, 2, 3], Float64Array.of(10, 20, 30), (a, b) => b - a)).toEqual(
    Float64Array.of(9, 18, 27),
  );
  expect(zipWith([], [], (a, b) => a + b)).toEqual(new Float64Array());
});

test('a weighted sum is added from the first element to the last', () => {
  expect(weightedSum(Float64Array.of(1, 2, 3), Float64Array.of(0.5, 0, 2))).toBe(6.5);
  expect(weightedSum(Float64Array.of(1e16, 1, -1e16), Float64Array.of(1, 1, 1))).toBe(0);
  expect(weightedSum(new Float64Array(), new Float64Array())).toBe(0);
});

test('values are added to sums in their places', () => {
  const sums = Float64Array.of(1, 2);
  addTo(sums, [10, 20]);
  expect(sums).toEqual(Float64Array.of(11, 22));
});

test('one sum is added to, by one where nothing else is said', () => {
  const sums = [1, 2];
  addAt(sums, 0);
  addAt(sums, 1, 0.5);
  expect(sums).toEqual([2, 2.5]);
});

test('whole numbers are counted, also those that do not come', () => {
  expect(binCounts(Uint8Array.of(2, 0, 2), 4)).toEqual(Float64Array.of(1, 0, 2, 0));
});

test('elements are taken in the order of their indices, as often as they are named', () => {
  expect(take([5, 6, 7], Uint32Array.of(2, 0, 2))).toEqual(Float64Array.of(7, 5, 7));
  expect(takeInto(new Uint8Array(2), [5, 6], [1, 1])).toEqual(Uint8Array.of(6, 6));
});
