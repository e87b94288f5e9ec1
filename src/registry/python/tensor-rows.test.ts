import { expect, test } from 'vitest';
import { tensorSignaturesOf } from './tensor-rows.ts';

const tensorsOf = (input: unknown) =>
  tensorSignaturesOf(input).map((signature) => (signature.form === 'tensors' ? signature.tensors : []));

test('nested rows are tensors of floats', () => {
  const image = [
    [
      [0.5, 1],
      [2, 3],
    ],
  ];
  expect(tensorsOf({ instances: [image, image] })).toEqual([
    [{ name: 'input', dtype: 'float32', shape: [-1, 1, 2, 2] }],
  ]);
});

test('whole numbers may be tokens, and pixels', () => {
  expect(tensorsOf({ instances: [{ ids: [1, 2, 3], weight: [0.5] }] })).toEqual([
    [
      { name: 'ids', dtype: 'int64', shape: [-1, 3] },
      { name: 'weight', dtype: 'float32', shape: [-1, 1] },
    ],
    [
      { name: 'ids', dtype: 'float32', shape: [-1, 3] },
      { name: 'weight', dtype: 'float32', shape: [-1, 1] },
    ],
  ]);
});

test.each([
  ['rows of columns', { instances: [[1, 2, 3]] }],
  ['rows by name', { dataframe_records: [{ age: 1, town: 'Ulm' }] }],
  ['texts', ['one', 'two']],
  ['lists of texts', { instances: [[['a', 'b']]] }],
  ['nothing', { instances: [] }],
])('%s are none', (_, input) => {
  expect(tensorsOf(input)).toEqual([]);
});
