import { expect, test } from 'vitest';
import type { LinearProbability } from '../../model/linear.ts';
import { readLogisticRegression, readRidgeClassifier, readSgdClassifier } from './linear.ts';
import { floats, instance, objects, testReading } from './testing/values.ts';
import type { EstimatorView } from './view.ts';

const fitted = (classes: number, attributes: Record<string, unknown>): EstimatorView =>
  testReading().view(
    instance('sklearn.linear_model._logistic.LogisticRegression', {
      classes_: objects(...['a', 'b', 'c'].slice(0, classes)),
      coef_: floats(new Array(2 * (classes === 2 ? 1 : classes)).fill(1), [classes === 2 ? 1 : classes, 2]),
      intercept_: floats(new Array(classes === 2 ? 1 : classes).fill(0)),
      ...attributes,
    }),
    '',
  );

const logistic = (
  release: string,
  classes: number,
  multi_class: string | undefined,
  solver = 'lbfgs',
): LinearProbability =>
  readLogisticRegression(
    fitted(classes, {
      _sklearn_version: release,
      solver,
      ...(multi_class === undefined ? {} : { multi_class }),
    }),
  ).probability;

/** Read off `LogisticRegression.predict_proba` of each release. */
const TABLE: readonly (readonly [string, number, string | undefined, string, LinearProbability])[] = [
  ['0.21.3', 3, 'warn', 'liblinear', 'ovr'],
  ['0.24.2', 2, 'auto', 'lbfgs', 'sigmoid'],
  ['0.24.2', 3, 'auto', 'lbfgs', 'softmax'],
  ['0.24.2', 3, 'auto', 'liblinear', 'ovr'],
  ['1.0.2', 2, 'multinomial', 'lbfgs', 'softmax'],
  ['1.0.2', 3, 'ovr', 'saga', 'ovr'],
  ['1.3.2', 3, 'auto', 'newton-cholesky', 'ovr'],
  ['1.5.2', 3, 'deprecated', 'newton-cholesky', 'ovr'],
  ['1.6.1', 3, 'deprecated', 'newton-cholesky', 'softmax'],
  ['1.6.1', 2, 'deprecated', 'lbfgs', 'sigmoid'],
  ['1.7.2', 3, 'deprecated', 'liblinear', 'ovr'],
  ['1.9.1', 2, undefined, 'lbfgs', 'sigmoid'],
  ['1.9.1', 3, undefined, 'saga', 'softmax'],
];

test.each(TABLE)(
  'LogisticRegression of %s with %i classes, multi_class=%s and %s has %s probabilities',
  (release, classes, mode, solver, wanted) => {
    expect(logistic(release, classes, mode, solver)).toBe(wanted);
  },
);

test('SGDClassifier has probabilities for the losses that define them', () => {
  const probability = (classes: number, loss: string): LinearProbability =>
    readSgdClassifier(fitted(classes, { loss })).probability;
  expect(probability(2, 'hinge')).toBeNull();
  expect(probability(2, 'log')).toBe('sigmoid');
  expect(probability(3, 'log_loss')).toBe('ovr');
  expect(probability(3, 'modified_huber')).toBe('modified-huber');
});

test('RidgeClassifier takes its classes from its label binarizer, and several labels from 1.0 on', () => {
  const binarizer = (y_type_: string): unknown =>
    instance('sklearn.preprocessing._label.LabelBinarizer', { y_type_, classes_: objects('x', 'y') });
  expect(readRidgeClassifier(fitted(2, { _label_binarizer: binarizer('binary') }))).toMatchObject({
    classes: { type: 'string', values: ['x', 'y'] },
  });
  const several = { _label_binarizer: binarizer('multilabel-indicator') };
  expect(readRidgeClassifier(fitted(3, several))).toMatchObject({
    head: { kind: 'multilabel', threshold: 0, scores: 'decision_function' },
  });
  expect(() => readRidgeClassifier(fitted(3, { ...several, _sklearn_version: '0.24.2' }))).toThrow(
    /y_type_ is multilabel/,
  );
});

test('coefficients that do not fit the classes are corrupt', () => {
  expect(() => logisticWith({ coef_: floats([1, 2, 3, 4], [2, 2]) })).toThrow(
    /coef_ is 2 rows, wanted one row/,
  );
  expect(() => logisticWith({ intercept_: floats([1, 2]) })).toThrow(/intercept_ is 2 long/);
});

const logisticWith = (attributes: Record<string, unknown>): unknown =>
  readLogisticRegression(fitted(2, attributes));
