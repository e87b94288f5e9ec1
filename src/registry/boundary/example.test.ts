import { expect, test } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import { exampleOf, exampleRows, FREE_SIZES } from './example.ts';

const tensorsOf = (shape: readonly number[]): Signature => ({
  form: 'tensors',
  tensors: [{ name: 'image', dtype: 'float32', shape }],
  outputs: [],
  classes: null,
});

const sizesOf = (signature: Signature): readonly number[] =>
  [...exampleRows({ kind: 'graph', signature } as Parameters<typeof exampleRows>[0])].map(({ batch }) =>
    batch.kind === 'tensors' ? (batch.tensors['image']?.shape[2] ?? 0) : 0,
  );

test('pictures of any size are tried in sizes that networks are made for', () => {
  expect(sizesOf(tensorsOf([-1, 3, -1, -1]))).toEqual([1, ...FREE_SIZES]);
});

test('tensors of a fixed size have one example', () => {
  expect(sizesOf(tensorsOf([-1, 3, 20, 20]))).toEqual([20]);
});

test('a free axis gets the size that is asked for, and the batch one row', () => {
  const { batch, row } = exampleOf(tensorsOf([-1, 2, -1]), null, 3);
  expect(batch).toMatchObject({ rows: 1, tensors: { image: { shape: [1, 2, 3] } } });
  expect(row).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
});
