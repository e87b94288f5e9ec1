import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BigIntList, ByteList, ProtoReader } from './protobuf.ts';
import { ProtoWriter } from './protobuf-writer.ts';

const reader = (...bytes: number[]): ProtoReader => new ProtoReader(Uint8Array.from(bytes), 'a test');
const free = (): void => undefined;

describe('ProtoReader', () => {
  test('reads the examples of the protobuf documentation', () => {
    const varint = reader(0x08, 0x96, 0x01);
    expect([varint.next(), varint.field, varint.int()]).toEqual([true, 1, 150]);
    const text = reader(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67);
    expect([text.next(), text.field, text.string()]).toEqual([true, 2, 'testing']);
    const packed = reader(0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05);
    packed.next();
    const list = new BigIntList();
    packed.varints(list, free);
    expect([...list.toArray()]).toEqual([3n, 270n, 86942n]);
    const minusTwo = reader(0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
    minusTwo.next();
    expect(minusTwo.int()).toBe(-2);
  });

  test('adds up packed and single values of one field', () => {
    const r = reader(0x08, 0x01, 0x0a, 0x02, 0x02, 0x03, 0x08, 0x04);
    const list = new BigIntList();
    const spent: number[] = [];
    while (r.next()) r.varints(list, (count) => spent.push(count));
    expect([...list.toArray()]).toEqual([1n, 2n, 3n, 4n]);
    expect(spent).toEqual([1, 2, 1]);
    const floats = reader(0x0d, 0, 0, 0x80, 0x3f, 0x0a, 0x04, 0, 0, 0, 0x40);
    const bytes = new ByteList();
    while (floats.next()) floats.fixed(4, bytes);
    expect([...new Float32Array(bytes.toArray().buffer)]).toEqual([1, 2]);
  });

  test.each([
    ['a length beyond the end', [0x0a, 0x05, 0x00], 'READ_TRUNCATED'],
    ['an endless varint', [0x08, ...new Array(11).fill(0xff)], 'READ_CORRUPT'],
    ['a cut varint', [0x08, 0xff], 'READ_TRUNCATED'],
    ['field 0', [0x00, 0x00], 'READ_CORRUPT'],
    ['a group', [0x0b, 0x0c], 'READ_CORRUPT'],
    ['a length of 2^35', [0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], 'READ_CORRUPT'],
  ])('refuses %s', (_what, bytes, code) => {
    const r = reader(...bytes);
    const readAll = (): void => {
      while (r.next()) r.skip();
    };
    expect(readAll).toThrowError(expect.objectContaining({ code, exit: 3 }));
  });

  test('refuses text that is not UTF-8, and a nested message that ends after its parent', () => {
    const text = reader(0x0a, 0x01, 0xff);
    text.next();
    expect(() => text.string()).toThrowError(expect.objectContaining({ code: 'READ_CORRUPT' }));
    const outer = reader(0x0a, 0x03, 0x0a, 0x04, 0x00, 0x00, 0x00, 0x00);
    outer.next();
    const inner = outer.message('inner');
    inner.next();
    expect(() => inner.bytes()).toThrowError(expect.objectContaining({ code: 'READ_TRUNCATED' }));
  });
});

describe('ProtoWriter', () => {
  test('writes what ProtoReader reads, at any size', () => {
    const ints = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(ints, fc.string({ unit: 'binary', maxLength: 300 }), fc.array(ints), (int, text, list) => {
        const w = new ProtoWriter();
        w.message(3, (m) => {
          m.int(1, int);
          m.string(200, text);
          m.packedInts(5, list);
          m.float(6, 0.1);
        });
        const r = new ProtoReader(w.finish(), 'a test');
        r.next();
        const inner = r.message('inner');
        const seen: unknown[] = [];
        const numbers = new BigIntList();
        while (inner.next()) {
          if (inner.field === 1) seen.push(inner.bigint());
          else if (inner.field === 200) seen.push(inner.string());
          else if (inner.field === 5) inner.varints(numbers, free);
          else seen.push(inner.float());
        }
        expect(seen).toEqual([int, text, Math.fround(0.1)]);
        expect([...numbers.toArray()]).toEqual(list);
        expect(r.next()).toBe(false);
      }),
      { seed: 20260801 },
    );
  });
});
