import { describe, expect, test } from 'vitest';
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

describe('base64', () => {
  const pixels = taking({ name: 'image', dtype: 'uint8', shape: [-1, 2, 2] });
  const b64 = 'AQID/w==';
  const wanted = (rows: number) => ({
    kind: 'tensors',
    rows,
    tensors: {
      image: {
        dtype: 'uint8',
        shape: [rows, 2, 2],
        data: Uint8Array.from({ length: 4 * rows }, (_, i) => [1, 2, 3, 255][i % 4]!),
      },
    },
  });
  test.each([
    ['a row by name', { instances: [{ image: { b64 } }] }, 1],
    ['rows', { instances: [{ b64 }, { b64 }] }, 2],
    ['a column', { inputs: { image: [{ b64 }, { b64 }] } }, 2],
    ['the values of the only input', { inputs: [{ b64 }] }, 1],
    ['a bare text', { rows: [b64] }, 1],
    ['a text by name', { rows: [{ image: b64 }] }, 1],
    ['a data URI', { rows: [{ image: `data:application/octet-stream;base64,${b64}` }] }, 1],
    ['no padding, and the alphabet of URLs', { rows: ['AQID_w'] }, 1],
  ])('is the bytes of a row as %s', (_, body, rows) => {
    expect(decodeInput(body, pixels)).toEqual(wanted(rows));
  });
  test('is little-endian, settles a free dimension, and mixes with lists', () => {
    const series = taking({ name: 's', dtype: 'float32', shape: [-1, -1] });
    const body = {
      rows: [{ s: { b64: Buffer.from(Float32Array.of(1.5, -2).buffer).toString('base64') } }, [3, 4]],
    };
    expect(decodeInput(body, series)).toMatchObject({
      tensors: { s: { shape: [2, 2], data: Float32Array.of(1.5, -2, 3, 4) } },
    });
  });
  test('is the UTF-8 of a text', () => {
    const texts = taking({ name: 't', dtype: 'string', shape: [-1, 2] });
    expect(decodeInput([[{ b64: '4oKs' }, 'x']], texts)).toMatchObject({
      tensors: { t: { data: ['€', 'x'] } },
    });
    // One row by name, as it is with texts that are no base64, and no column of rows.
    expect(decodeInput({ t: [{ b64: '4oKs' }, { b64: 'eA==' }] }, texts)).toEqual(
      decodeInput({ t: ['€', 'x'] }, texts),
    );
    expect(() => decodeInput([[{ b64: '/w==' }, 'x']], texts)).toThrow('expected a string, got an object');
  });
  test.each([
    ['AQIDBA==AA', 'expected a list, or base64 of its bytes, got "AQIDBA==AA"'],
    ['AQ!D', 'got "AQ!D"'],
    ['A', 'got "A"'],
    ['AQID', 'row 0, input "image": uint8 of shape [2,2] takes 4 bytes, got 3'],
  ])('"%s" is refused', (text, message) => {
    expect(() => decodeInput({ rows: [{ image: text }] }, pixels)).toThrow(message);
  });
});
