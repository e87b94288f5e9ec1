import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteCursor } from './cursor.ts';

const SEED = 20261125;
const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

describe('a byte cursor', () => {
  it('reads numbers as a DataView does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        const cursor = new ByteCursor(bytes);
        expect(cursor.u8('x')).toBe(view.getUint8(0));
        expect(cursor.u16('x')).toBe(view.getUint16(1, true));
        expect(cursor.u32('x')).toBe(view.getUint32(3, true));
        expect(cursor.u32be('x')).toBe(view.getUint32(7));
        expect(cursor.i32('x')).toBe(view.getInt32(11, true));
        expect(cursor.f64be('x')).toEqual(view.getFloat64(15));
        expect(cursor.offset).toBe(23);
        expect(cursor.left).toBe(9);
      }),
      { seed: SEED },
    );
  });

  it('names what is missing and where', () => {
    const cursor = new ByteCursor(new Uint8Array(10), 3, 8);
    expect(() => cursor.take(6, 'a tensor')).toThrow(
      refusal('READ_TRUNCATED', { what: 'a tensor', offset: 3, found: 5, wanted: 6 }),
    );
    expect(cursor.take(5, 'a tensor').length).toBe(5);
    expect(cursor.peek()).toBe(-1);
    expect(() => cursor.u8('a flag')).toThrow(refusal('READ_TRUNCATED', { offset: 8, found: 0 }));
  });

  it('refuses 64-bit lengths that no number holds', () => {
    const bytes = new Uint8Array(new BigUint64Array([2n ** 53n - 1n, 2n ** 53n]).buffer);
    const cursor = new ByteCursor(bytes);
    expect(cursor.u64('a length')).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => cursor.u64('a length')).toThrow(refusal('READ_LIMIT', { offset: 8 }));
  });

  it('reads lines up to a limit', () => {
    const cursor = new ByteCursor(Buffer.from('abc\n\nrest'));
    expect(Buffer.from(cursor.line(3, 'a name')).toString()).toBe('abc');
    expect(cursor.line(3, 'a name').length).toBe(0);
    expect(() => cursor.line(3, 'a name')).toThrow(refusal('READ_LIMIT', { offset: 5 }));
    expect(() => cursor.line(4, 'a name')).toThrow(refusal('READ_TRUNCATED', { offset: 5 }));
  });

  it('gives views that are plain arrays, also over a Buffer', () => {
    const buffer = Buffer.from('abcd');
    const view = new ByteCursor(buffer).take(2, 'x');
    expect(Object.getPrototypeOf(view)).toBe(Uint8Array.prototype);
    expect(view.buffer).toBe(buffer.buffer);
  });
});
