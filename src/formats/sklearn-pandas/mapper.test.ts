import { expect, test } from 'vitest';
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

test.each([
  ['columns that the file does not name', { built_features: objects(), built_default: null }],
  ['a selector that is no name', { default: false, built_features: objects(tuple(floats([1]), null)) }],
])('%s are refused', (_what, attributes) => {
  expect(() => mapper(attributes)).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
});
