import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeThrift, encodeThrift, THRIFT, type ThriftStruct, type ThriftValue } from './thrift.ts';

test('reads and writes the bytes of the specification', () => {
  // Field 1, i32 1; field 2 (delta 1), binary "ab"; field 20 (long form), true; field 21, list of two i64: -1 and 150.
  const bytes = Uint8Array.of(0x15, 2, 0x18, 2, 97, 98, 0x01, 40, 0x19, 0x26, 1, 0xac, 2, 0);
  const struct = decodeThrift(bytes);
  expect([...struct]).toEqual([
    [1, { type: THRIFT.i32, value: 1n }],
    [2, { type: THRIFT.binary, value: Uint8Array.of(97, 98) }],
    [20, { type: THRIFT.true, value: true }],
    [21, { type: THRIFT.list, value: { of: THRIFT.i64, items: [-1n, 150n] } }],
  ]);
  expect(encodeThrift(struct)).toEqual(bytes);
});

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const { struct: structs } = fc.letrec<{ struct: ThriftStruct }>((tie) => {
  const inner = tie('struct') as fc.Arbitrary<ThriftStruct>;
  const list = (of: number, item: fc.Arbitrary<ThriftValue>): fc.Arbitrary<ThriftValue> =>
    fc.array(item, { maxLength: 20 }).map((items) => ({ of, items }));
  const field = fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean().map((value) => ({ type: value ? THRIFT.true : THRIFT.false, value })),
    int64.map((value) => ({ type: THRIFT.i64, value })),
    fc.uint8Array({ minLength: 8, maxLength: 8 }).map((value) => ({ type: THRIFT.double, value })),
    fc.uint8Array().map((value) => ({ type: THRIFT.binary, value })),
    list(THRIFT.i64, int64).map((value) => ({ type: THRIFT.list, value })),
    list(THRIFT.true, fc.boolean()).map((value) => ({ type: THRIFT.list, value })),
    inner.map((value) => ({ type: THRIFT.struct, value })),
    list(THRIFT.struct, inner).map((value) => ({ type: THRIFT.list, value })),
  );
  const ids = fc.integer({ min: 1, max: 300 });
  return {
    struct: fc
      .uniqueArray(fc.tuple(ids, field), { selector: ([id]) => id, maxLength: 8 })
      .map((fields) => new Map(fields)),
  };
});

test('what is written is read back, also where a struct is given as its bytes', () => {
  fc.assert(
    fc.property(structs, (struct) => {
      const bytes = encodeThrift(struct);
      expect(decodeThrift(bytes)).toEqual(struct);
      const holder = (value: ThriftValue): ThriftStruct => new Map([[3, { type: THRIFT.struct, value }]]);
      expect(encodeThrift(holder(bytes))).toEqual(encodeThrift(holder(struct)));
    }),
  );
});

test('bytes that are cut short, too deep or of another protocol are refused', () => {
  fc.assert(
    fc.property(structs, fc.nat(), (struct, cut) => {
      const bytes = encodeThrift(struct);
      expect(() => decodeThrift(bytes.slice(0, cut % bytes.length))).toThrow();
    }),
  );
  expect(() => decodeThrift(new Uint8Array(100_000).fill(0x1c))).toThrow(/32 deep/);
  expect(() => decodeThrift(new Uint8Array(100_000).fill(0x19))).toThrow(/32 deep|a list of/);
  expect(() => decodeThrift(Uint8Array.of(0x19, 0xf5, 0xff, 0xff, 0xff, 0x7f))).toThrow(/a list of/);
  expect(() => decodeThrift(Uint8Array.of(0x1d))).toThrow(/type 13/);
  expect(() => decodeThrift(new Uint8Array(20).fill(0xff).with(0, 0x16))).toThrow(/more than 10 bytes/);
});
