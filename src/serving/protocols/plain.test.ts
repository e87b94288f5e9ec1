import { expect, test } from 'vitest';
import type { Outputs } from '../../model/batch.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { TargetVersion } from '../protocol.ts';
import { plain } from './plain.ts';

const target = {
  model: 'm',
  version: 3,
  manifest: { signature: { form: 'tensors', tensors: [], outputs: [], classes: null } },
} as unknown as TargetVersion;

const floats = (shape: readonly number[], ...data: number[]): Tensor => ({
  dtype: 'float64',
  shape,
  data: Float64Array.from(data),
});
const encode = (outputs: Outputs, rows: number): string => plain.encode(target)(outputs, rows, 'r"1', null);
const answer = (predictions: string): string =>
  `{"predictions":${predictions},"model":"m","version":3,"requestId":"r\\"1"}`;

test('the one output of a graph stands bare, with the sign of its zeros', () => {
  expect(encode({ y: floats([2], -0, 0) }, 2)).toBe(answer('[-0.0,0]'));
  expect(encode({ y: floats([2, 1], Number.NaN, -Infinity) }, 2)).toBe(answer('[[null],["-Infinity"]]'));
});

test('several outputs are one object a row, and all of them as they are where one gives no value a row', () => {
  const y = floats([2], 1, 2);
  expect(encode({ y, z: floats([2, 1], 3, 4) }, 2)).toBe(answer('[{"y":1,"z":[3]},{"y":2,"z":[4]}]'));
  expect(encode({ y, mean: floats([], 1.5) }, 2)).toBe(answer('{"y":[1,2],"mean":1.5}'));
  expect(encode({ mean: floats([], 1.5) }, 2)).toBe(answer('{"mean":1.5}'));
});

test('an output called __proto__ is an output like any other', () => {
  const outputs = Object.fromEntries([
    ['__proto__', floats([1], 1)],
    ['y', floats([1], 2)],
  ]);
  expect(encode(outputs, 1)).toBe(answer('[{"__proto__":1,"y":2}]'));
});
