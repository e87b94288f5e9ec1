import { expect, test } from 'vitest';
import { popcount, shapleyValues, shapleyWeight } from './shapley.ts';

test('the glove game gives two thirds to who has the only right glove', () => {
  // Players 0 and 1 have left gloves, player 2 the right one; a pair is worth 1 (Shapley & Shubik, 1969).
  const answers = Array.from({ length: 8 }, (_, known) => ((known & 4) !== 0 && (known & 3) !== 0 ? 1 : 0));
  const values = shapleyValues(answers, 3);
  for (const [player, wanted] of [1 / 6, 1 / 6, 2 / 3].entries())
    expect(values[player]).toBeCloseTo(wanted, 15);
});

test('the stump of shap whose answer is 80 where both columns are 1', () => {
  // Coalitions of the row (1, 1) over the four rows of the training set (shap, test_consistency_approximate).
  expect([...shapleyValues([20, 40, 40, 80], 2)]).toEqual([30, 30]);
});

test('weights of all coalitions without a player add up to 1', () => {
  const players = 12;
  let sum = 0;
  for (let known = 0; known < 2 ** (players - 1); known++)
    sum += shapleyWeight(players - popcount(known), popcount(known));
  expect(sum).toBeCloseTo(1, 12);
});

test('a game of nobody has no values', () => {
  expect([...shapleyValues([7], 0)]).toEqual([]);
});
