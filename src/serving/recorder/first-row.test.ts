import { expect, test } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import type { LabelSet, Tensor } from '../../model/tensor.ts';
import { firstRowReader } from './first-row.ts';

const signature = (classes: LabelSet | null, ...names: string[]): Signature =>
  ({
    form: 'table',
    columns: [],
    outputs: names.map((name) => ({ name, dtype: 'float64', shape: [-1] })),
    classes,
  }) as unknown as Signature;
const floats = (shape: readonly number[], ...data: number[]): Tensor => ({
  dtype: 'float64',
  shape,
  data: Float64Array.from(data),
});
const strings = (...data: string[]): Tensor => ({ dtype: 'string', shape: [data.length], data });

test('a regressor has a score', () => {
  const read = firstRowReader(signature(null, 'predict'));
  expect(read({ predict: floats([2], 1.5, 2) })).toEqual({ score: 1.5, label: null });
  expect(read({ predict: floats([1], Number.NaN) })).toEqual({ score: null, label: null });
});

test('a classifier has its label, and of two classes the probability of the last', () => {
  const classes = { type: 'string', values: ['no', 'yes'] } as const;
  const read = firstRowReader(signature(classes, 'predict', 'predict_proba'));
  const predict_proba = floats([1, 2], 0.75, 0.25);
  expect(read({ predict: strings('no'), predict_proba })).toEqual({ score: 0.25, label: 'no' });
  expect(read({ predict: strings('no') })).toEqual({ score: null, label: 'no' });
});

test('of more classes the score is the probability of the label, whatever the type of labels', () => {
  const read = (classes: LabelSet, predict: Tensor) =>
    firstRowReader(signature(classes, 'predict'))({ predict, predict_proba: floats([1, 3], 0.2, 0.3, 0.5) });
  const integers = { dtype: 'int64', shape: [1], data: BigInt64Array.of(7n) } as const;
  expect(read({ type: 'int', values: [5, 7, 9] }, integers)).toEqual({ score: 0.3, label: '7' });
  expect(read({ type: 'float', values: [0.5, 1, 2] }, floats([1], 2))).toEqual({ score: 0.5, label: '2' });
});

test('booleans are words, clusters are labels without a score', () => {
  const bool = { dtype: 'bool', shape: [1], data: Uint8Array.of(1) } as const;
  const read = firstRowReader(signature({ type: 'bool', values: [false, true] }, 'predict', 'predict_proba'));
  expect(read({ predict: bool, predict_proba: floats([1, 2], 0.4, 0.6) })).toEqual({
    score: 0.6,
    label: 'true',
  });
  const cluster = { dtype: 'int32', shape: [1], data: Int32Array.of(3) } as const;
  expect(firstRowReader(signature(null, 'predict'))({ predict: cluster })).toEqual({
    score: null,
    label: '3',
  });
});

test('a classifier in a graph is read whatever its outputs are called and in which order they come', () => {
  const outputs = [
    { name: 'probabilities', dtype: 'float32', shape: [-1, 2] },
    { name: 'label', dtype: 'int64', shape: [-1] },
  ] as const;
  const classes = { type: 'int', values: [0, 1] } as const;
  const read = firstRowReader({ form: 'tensors', tensors: [], outputs, classes });
  const label = { dtype: 'int64', shape: [1], data: BigInt64Array.of(1n) } as const;
  const probabilities = { dtype: 'float32', shape: [1, 2], data: Float32Array.of(0.25, 0.75) } as const;
  expect(read({ label, probabilities })).toEqual({ score: 0.75, label: '1' });
});

test('a graph without `predict` is read at its first output; several targets and no rows have no value', () => {
  const read = firstRowReader(signature(null, 'y', 'z'));
  expect(read({ y: floats([2, 1], 4, 5), z: floats([2], 0, 0) }).score).toBe(4);
  for (const outputs of [
    { y: floats([1, 2], 1, 2) },
    { y: floats([0]) },
    { y: [floats([1], 1)] },
    { z: floats([1], 1) },
  ])
    expect(read(outputs)).toEqual({ score: null, label: null });
});
