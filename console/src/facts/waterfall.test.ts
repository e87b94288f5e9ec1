import { expect, test } from 'vitest';
import type { Explanation } from '../api/explained.ts';
import {
  cellWords,
  figureWords,
  largestScore,
  pushesOf,
  pushWords,
  scoreNames,
  waterfallOf,
} from './waterfall.ts';

const explanation = (more: Partial<Explanation>): Explanation => ({
  ...{
    method: 'exact',
    output: 'predict',
    baseValues: [10],
    features: ['a', 'b', 'c', 'd'],
    values: [[1, -4, 0, 2]],
  },
  ...{ additivityError: 0, background: null },
  ...more,
});

test('goes from the base value to the answer, what pushes most first, the rest together', () => {
  const { base, steps, rest, answer } = waterfallOf(explanation({}), 0, 0, 1);
  expect([base, answer]).toEqual([10, 9]);
  expect(steps).toEqual([{ feature: 'b', push: -4, from: 10, to: 6 }]);
  expect(rest).toEqual({ feature: '', push: 3, from: 6, to: 9, count: 2 });
});

test('what rounding leaves of an answer of nothing is nothing', () => {
  const cancelled = explanation({ baseValues: [0.3], features: ['a', 'b'], values: [[-0.1, -0.2]] });
  expect(waterfallOf(cancelled, 0, 0, 5).answer).toBe(0);
  expect([figureWords(0), figureWords(-1.4e-7), pushWords(0.25)]).toEqual(['0', '−1.4e-7', '+0.25']);
});

test('a sum of one column is that column, and a column that adds nothing is none', () => {
  const { steps, rest } = waterfallOf(explanation({}), 0, 0, 2);
  expect(steps.map(({ feature }) => feature)).toEqual(['b', 'd', 'a']);
  expect(rest).toBeNull();
});

test('of several scores each has its own pushes, and the largest is that of the answer', () => {
  const classes = explanation({
    ...{ baseValues: [0.6, 0.4], classes: ['no', 'yes'], features: ['a'], values: [[[-0.5, 0.5]]] },
  });
  expect(scoreNames(classes)).toEqual(['no', 'yes']);
  expect(largestScore(classes, 0)).toBe(1);
  expect([pushesOf(classes, 0, 0), pushesOf(classes, 0, 1)]).toEqual([[-0.5], [0.5]]);
});

test('cells are words, missing ones too', () => {
  expect([null, 1234.5678, 'plus', true].map(cellWords)).toEqual(['missing', '1234.57', 'plus', 'true']);
});

test('a code of many digits keeps all of them', () => {
  const codes = [20261130, 1_234_567.891, 0.123456789, -9_007_199_254_740_991];
  expect(codes.map(cellWords)).toEqual(['20261130', '1234567.89', '0.123457', '−9007199254740991']);
});
