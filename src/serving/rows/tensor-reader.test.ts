import { expect, test } from 'vitest';
import type { Signature, TensorSpec } from '../../model/signature.ts';
import { decodeInput } from './decode.ts';

const taking = (...tensors: readonly TensorSpec[]): Signature => ({
  form: 'tensors',
  tensors,
  outputs: [],
  classes: null,
});

test('a number that a tensor would round to infinity is refused; an infinity is one', () => {
  const singles = taking({ name: 'x', dtype: 'float32', shape: [-1, 2] });
  const halves = taking({ name: 'h', dtype: 'float16', shape: [-1] });
  // The least numbers that round to infinity, and the ones below (IEEE 754 §4.3.1); Math.fround is the brute force.
  const edge = 3.4028235677973366e38;
  expect([Math.fround(edge), Math.fround(edge * (1 - 2 ** -53))]).toEqual([Infinity, 3.4028234663852886e38]);
  expect(decodeInput([[edge * (1 - 2 ** -53), 'Infinity']], singles)).toMatchObject({
    tensors: { x: { data: Float32Array.of(3.4028234663852886e38, Infinity) } },
  });
  expect(() => decodeInput([[1, -edge]], singles)).toThrow(
    'row 0, input "x": expected a number that float32 can hold, got -3.4028235677973366e+38',
  );
  expect(decodeInput([65519, '-Infinity'], halves)).toMatchObject({
    tensors: { h: { data: Uint16Array.of(0x7bff, 0xfc00) } },
  });
  expect(() => decodeInput([65520], halves)).toThrow('expected a number that float16 can hold, got 65520');
});
