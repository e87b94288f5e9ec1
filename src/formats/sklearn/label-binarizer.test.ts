import { expect, test } from 'vitest';
import { readLabelBinarizer } from './label-binarizer.ts';
import { floats, instance, objects, testReading } from './testing/values.ts';

const fitted = { y_type_: 'multiclass', pos_label: 1, neg_label: 0, classes_: objects('a', 'b', 'c') };
const read = (attributes: Record<string, unknown>) =>
  readLabelBinarizer(
    testReading().view(
      instance('sklearn.preprocessing._label.LabelBinarizer', { ...fitted, ...attributes }),
      '',
    ),
  );

test('the classes and both numbers are read', () => {
  expect(read({})).toMatchObject({ classes: { values: ['a', 'b', 'c'] }, positive: 1, negative: 0 });
});

test.each([
  ['rows of several labels', { y_type_: 'multilabel-indicator' }],
  ['three classes of two', { y_type_: 'binary' }],
  ['a class twice', { classes_: objects('a', 'b', 'a') }],
  ['numbers the wrong way around', { neg_label: 2 }],
  ['a fraction', { pos_label: 0.5 }],
  ['classes of no type', { classes_: floats([1, 2, 3], [3, 1]), pos_label: null }],
])('%s are refused', (_, attributes) => {
  expect(() => read(attributes)).toThrow(/sklearn/);
});
