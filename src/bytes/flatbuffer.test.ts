import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { FlatBuffer } from './flatbuffer.ts';

const u16 = (value: number): number[] => [value & 255, (value >> 8) & 255];
const u32 = (value: number): number[] => [...u16(value & 65535), ...u16((value >>> 16) & 65535)];

/** A root table of one field at place 2: a vector of three int32. Places 0 and 1 are absent. */
const BYTES = Uint8Array.from([
  ...u32(16), // 0: the root
  ...u16(10), // 4: a vtable of 10 bytes
  ...u16(8),
  ...u16(0),
  ...u16(0),
  ...u16(4), // field 2 is 4 bytes behind the table
  ...u16(0),
  ...u32(12), // 16: the table, whose vtable is 12 bytes before it
  ...u32(4), // 20: the vector is 4 bytes behind
  ...u32(3), // 24
  ...u32(7),
  ...u32(8),
  ...u32(-9),
]);

const rootOf = (bytes: Uint8Array, charge: (bytes: number) => void = () => undefined) =>
  new FlatBuffer(bytes, 'a test', charge).root();

/** The bytes with the 32-bit word at `at` replaced. */
function changed(at: number, value: number): Uint8Array {
  const bytes = BYTES.slice();
  bytes.set(u32(value), at);
  return bytes;
}

describe('FlatBuffers', () => {
  test('give fields by their place, and absent ones their default', () => {
    const root = rootOf(BYTES);
    expect([...root.int32s(2, 'numbers')]).toEqual([7, 8, -9]);
    expect([root.i32(0, 'a', 5), root.f64(1, 'b', 2.5), root.i8(9, 'c', -1)]).toEqual([5, 2.5, -1]);
    expect([root.text(0, 'd'), root.table(1, 'e'), root.tables(7, 'f')]).toEqual([null, null, []]);
  });

  test.each([
    ['a root beyond the end', changed(0, 4000)],
    ['a root whose offset wraps', changed(0, -1)],
    ['a vtable before the start', changed(16, 4000)],
    ['a vtable beyond the end', changed(16, -4000)],
    ['a vector beyond the end', changed(20, 4000)],
    ['more items than there are bytes', changed(24, 4)],
    ['items whose size wraps', changed(24, 0x40000001)],
    ['a vtable of an odd size', Uint8Array.from(BYTES, (byte, at) => (at === 4 ? 9 : byte))],
    ['a field beyond the end', Uint8Array.from(BYTES, (byte, at) => (at === 13 ? 40 : byte))],
  ])('refuse %s', (_, bytes) => {
    expect(() => rootOf(bytes).int32s(2, 'numbers')).toThrow(/^Cannot read/);
  });

  test('cut short anywhere are refused, never misread', () => {
    for (let end = 0; end < BYTES.length; end++) {
      try {
        rootOf(BYTES.slice(0, end)).int32s(2, 'numbers');
        expect.unreachable(`read ${end} bytes`);
      } catch (error) {
        expect(isPlimsollError(error) && error.code).toBe('READ_TRUNCATED');
      }
    }
  });

  test('say what they are about to read before they do', () => {
    const charged: number[] = [];
    rootOf(BYTES, (bytes) => charged.push(bytes)).int32s(2, 'numbers');
    expect(charged).toEqual([12]);
  });
});
