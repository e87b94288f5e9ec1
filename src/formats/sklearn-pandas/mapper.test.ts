import { expect, test } from 'vitest';
import { readLabelBinarizer } from '../sklearn/label-binarizer.ts';
import { floats, instance, objects, testReading, tuple } from '../sklearn/testing/values.ts';
import { readDataFrameMapper } from './mapper.ts';

const mapper = (attributes: Record<string, unknown>) =>
  readDataFrameMapper(
    testReading().view(instance('sklearn_pandas.dataframe_mapper.DataFrameMapper', attributes), '', null),
  );

test('columns that it takes are the columns of the model, each once', () => {
  const built_features = objects(tuple(objects('b', 'a'), null), tuple('b', null));
  expect(mapper({ default: false, built_features })).toMatchObject({
    features: 2,
    featureNames: ['b', 'a'],
    branches: [
      { columns: [0, 1], scalar: false, step: null },
      { columns: [0], scalar: true, step: null },
    ],
  });
});

test('a label binarizer gives an indicator a class, and none for a label that is not known', () => {
  const fitted = { y_type_: 'multiclass', classes_: objects('a', 'b', 'c'), pos_label: 1, neg_label: 0 };
  const binarizer = instance('sklearn.preprocessing._label.LabelBinarizer', fitted);
  const built_features = objects(tuple('kind', binarizer));
  const holder = instance('sklearn_pandas.dataframe_mapper.DataFrameMapper', {
    default: false,
    built_features,
  });
  const read = readDataFrameMapper(testReading(readLabelBinarizer).view(holder, '', null));
  const column = { width: 3, rows: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), unknown: new Float64Array(3) };
  expect(read).toMatchObject({
    branches: [{ step: { kind: 'category-table', columns: [column], refusesMissing: true } }],
  });
});

test.each([
  ['columns that the file does not name', { built_features: objects(), built_default: null }],
  ['a selector that is no name', { default: false, built_features: objects(tuple(floats([1]), null)) }],
])('%s are refused', (_what, attributes) => {
  expect(() => mapper(attributes)).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
});
