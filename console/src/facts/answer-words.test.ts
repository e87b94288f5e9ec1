import { expect, test } from 'vitest';
import { answerWords, curveScore, scoresOf } from './answer-words.ts';

const CLASSES = {
  predictions: ['stays', 'leaves'],
  probabilities: [
    [0.3, 0.7],
    [0.9, 0.1],
  ],
};

test('an answer is its class and the chance of it, or its number', () => {
  expect(answerWords(CLASSES, 0)).toBe('stays (70 %)');
  expect(answerWords({ predictions: [376.72173] }, 0)).toBe('376.722');
});

test('a curve is of the class that is wanted, of two of the second, of numbers of the prediction', () => {
  const names = ['leaves', 'stays'];
  expect(curveScore(CLASSES, 0, names, '')).toEqual({ name: 'the chance of stays', place: 1 });
  const first = curveScore(CLASSES, 0, names, 'leaves');
  expect(first && scoresOf(CLASSES, first)).toEqual([0.3, 0.9]);
  const number = curveScore({ predictions: [1, 2] }, 0, [], '');
  expect(number && scoresOf({ predictions: [1, 2] }, number)).toEqual([1, 2]);
  expect(curveScore({ predictions: ['a'] }, 0, [], '')).toBeNull();
});
