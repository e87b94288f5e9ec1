import { expect, test } from 'vitest';
import { copyPart, partOfKey, partOfSpec, partShape } from './slices.ts';

const key = (...bytes: number[]): string => Buffer.from(bytes).toString('latin1');

test('a key in the encoding that keeps order names a part', () => {
  // 0, "e", two axes: 5 from 64 on (two bytes), then all.
  expect(partOfKey(key(0, 0x65, 0, 1, 1, 2, 0xc0, 64, 0x85, 0x80, 0x7f), 'e')).toEqual({
    starts: [64, 0],
    lengths: [5, -1],
  });
});

test.each([
  ['of another tensor', key(0, 0x66, 0, 1, 1, 1, 0x80, 0x85)],
  ['that ends early', key(0, 0x65, 0, 1, 1, 2, 0x80)],
  ['with bytes behind it', key(0, 0x65, 0, 1, 1, 1, 0x80, 0x85, 0)],
  ['with 255 axes and none of them', key(0, 0x65, 0, 1, 1, 255)],
  ['of a rank of many bytes', key(0, 0x65, 0, 1, 9, 255, 255)],
])('a key %s names none', (_what, wrong) => {
  expect(partOfKey(wrong, 'e')).toBeNull();
});

test('what is restored names a part behind the sizes of the whole', () => {
  expect(partOfSpec('')).toBeNull();
  expect(partOfSpec('10 4 0,5:-')).toEqual({ starts: [0, 0], lengths: [5, -1] });
});

test('a part lies in the whole', () => {
  expect(partShape([10, 4], { starts: [5, 0], lengths: [5, -1] })).toEqual([5, 4]);
  for (const starts of [[6, 0], [-1, 0], [0], [Number.NaN, 0]])
    expect(partShape([10, 4], { starts, lengths: [5, -1] })).toBeNull();
});

test('parts are copied row by row', () => {
  const whole = { shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i) };
  const part = { shape: [2, 2], data: new Float32Array(4) };
  copyPart(whole, part, [1, 1], 'part');
  expect([...part.data]).toEqual([5, 6, 9, 10]);
  copyPart(whole, { shape: [2, 2], data: Float32Array.of(-1, -2, -3, -4) }, [0, 2], 'whole');
  expect([...whole.data.slice(0, 8)]).toEqual([0, 1, -1, -2, 4, 5, -3, -4]);
});
