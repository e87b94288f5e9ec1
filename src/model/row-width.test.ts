import { expect, test } from 'vitest';
import { rowWidth } from './row-width.ts';
import { newTensor } from './tensor.ts';

test('a row is as wide as it has columns, or elements in all of its tensors', () => {
  expect(rowWidth({ kind: 'matrix', rows: 2, width: 3, data: new Float64Array(6) })).toBe(3);
  expect(rowWidth({ kind: 'table', rows: 1, columns: [['a'], Float64Array.of(1)] })).toBe(2);
  const image = newTensor('float32', [2, 4, 4], new Float32Array(32));
  const words = newTensor('string', [2, 1], ['a', 'b']);
  expect(rowWidth({ kind: 'tensors', rows: 2, tensors: { image, words } })).toBe(17);
  expect(rowWidth({ kind: 'tensors', rows: 0, tensors: {} })).toBe(0);
});
