import { describe, expect, test } from 'vitest';
import { numbersTensor } from '../../model/numbers-tensor.ts';
import { answerLacks, type DecidingOutput, decidedAnswers } from './wanted.ts';

const NUMBER: DecidingOutput = { name: 'predict', classes: null, width: 1, at: 0 };
const SECOND: DecidingOutput = { name: 'predict_proba', classes: null, width: 2, at: 1 };
const LABEL: DecidingOutput = { name: 'predict', classes: { type: 'int', values: [0, 1] }, width: 1, at: 0 };

describe.each(['float16', 'float32', 'float64'] as const)('answers in %s', (dtype) => {
  test('are the numbers that the model answers', () => {
    const outputs = { predict: numbersTensor([0.25, -2, 3], dtype, [3]) };
    expect([...decidedAnswers(outputs, NUMBER)]).toEqual([0.25, -2, 3]);
  });

  test('of two chances are that of the second class', () => {
    const outputs = { predict_proba: numbersTensor([0.75, 0.25, 0.5, 0.5], dtype, [2, 2]) };
    expect([...decidedAnswers(outputs, SECOND)]).toEqual([0.25, 0.5]);
  });

  test('lack the chance that the wanted class has not', () => {
    const outputs = {
      predict: numbersTensor([0, 0], 'int64', [2]),
      predict_proba: numbersTensor([0.75, 0.25, 0.5, 0.5], dtype, [2, 2]),
    };
    const answers = decidedAnswers(outputs, LABEL);
    expect([...answerLacks(answers, outputs, LABEL, { kind: 'class', index: 1 }, 0)]).toEqual([0.75, 0.5]);
  });
});
