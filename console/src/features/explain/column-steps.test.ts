import { expect, test } from 'vitest';
import { type ColumnRange, curveValues, hasCurve, sliderScale } from './column-steps.ts';

const range = (more: Partial<ColumnRange>): ColumnRange => ({
  ...{ name: 'age', type: 'number', low: 0, high: 10, median: 5, whole: false, categories: null, missing: 0 },
  ...more,
});

test('a slider goes from the least to the largest that is known, in round steps', () => {
  expect(sliderScale(range({}), 5)).toEqual({ low: 0, high: 10, step: 0.01 });
  expect(sliderScale(range({ low: 18, high: 90, whole: true }), 30)).toEqual({ low: 18, high: 90, step: 1 });
});

test('a value beyond the range is within reach, and where nothing is known the range is around it', () => {
  expect(sliderScale(range({}), 25)).toMatchObject({ low: 0, high: 25 });
  expect(sliderScale(range({ low: null, high: null }), 4)).toMatchObject({ low: 0, high: 8 });
  expect(sliderScale(range({ low: 3, high: 3 }), null)).toMatchObject({ low: 0, high: 6 });
});

test('a curve takes each whole number, each category, or so many values evenly', () => {
  expect(curveValues(range({ high: 3, whole: true }), 1, 25)).toEqual([0, 1, 2, 3]);
  expect(curveValues(range({}), 5, 3)).toEqual([0, 5, 10]);
  expect(curveValues(range({ categories: ['a', 'b'], low: null, high: null }), 'a', 25)).toEqual(['a', 'b']);
  expect(curveValues(range({ type: 'bool' }), true, 25)).toEqual([false, true]);
});

test('there is no curve along a text, which is in no order', () => {
  const text = range({ type: 'string', low: null, high: null });
  expect([text, range({}), range({ ...text, categories: ['a'] })].map(hasCurve)).toEqual([
    ...[false, true, true],
  ]);
});
