import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberBytes, numbersFromBytes, swapByteOrder } from './number-bytes.ts';

test('numbers are little-endian in bytes, as a view of them says, and come back', () => {
  fc.assert(
    fc.property(fc.array(fc.double()), (numbers) => {
      const values = Float64Array.from(numbers);
      const bytes = numberBytes(values).slice();
      const view = new DataView(bytes.buffer);
      expect(numbers.map((_, i) => view.getFloat64(8 * i, true))).toEqual([...values]);
      expect(numbersFromBytes(Float64Array, bytes)).toEqual(values);
    }),
  );
});

test('what is read from bytes is in memory of its own', () => {
  const bytes = numberBytes(Uint32Array.of(7, 8)).slice();
  const values = numbersFromBytes(Uint32Array, bytes);
  bytes.fill(0);
  expect([...values]).toEqual([7, 8]);
});

test('the bytes of a big-endian machine are turned around number by number', () => {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, 0x01020304, false);
  view.setUint32(4, 0xfffefdfc, false);
  const turnedBack = new DataView(swapByteOrder(new Uint8Array(view.buffer), 4).buffer);
  expect([turnedBack.getUint32(0, true), turnedBack.getUint32(4, true)]).toEqual([0x01020304, 0xfffefdfc]);
});
