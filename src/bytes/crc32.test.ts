import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from './crc32.ts';

test('the check value of the standard comes out', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

test('it is what zlib computes, whole or in two pieces, also of a view into other bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(7), (bytes, cut, offset) => {
      const inside = new Uint8Array(bytes.length + offset);
      inside.set(bytes, offset);
      const view = inside.subarray(offset);
      expect(crc32(view)).toBe(zlibCrc32(bytes));
      expect(crc32(view.subarray(cut), crc32(view.subarray(0, cut)))).toBe(zlibCrc32(bytes));
    }),
  );
});
