import { describe, expect, test } from 'vitest';
import { ReadBudget } from '../budget.ts';
import { readJson } from '../json/read.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { jsonBytes, type PlainValue, ubjsonBytes } from './testing/documents.ts';
import { readUbjson } from './ubjson.ts';

const budget = () => new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const read = (text: string) => readUbjson(latin1(text), budget());
const LENGTH = '\0\0\0\0\0\0\0';

describe('the UBJSON reader', () => {
  test('reads the document that JSON spells', () => {
    const document: PlainValue = {
      name: 'gbtree',
      nested: { flags: [true, false, null], empty: [], text: 'ä' },
      numbers: [1, 2.5, -3],
    };
    const withoutOffsets = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (key, item) => {
          if (key === 'offset') return 0;
          if (item instanceof Map) return [...item];
          return ArrayBuffer.isView(item) ? Array.from(item as Float64Array) : item;
        }),
      );
    expect(withoutOffsets(readUbjson(ubjsonBytes(document), budget()))).toEqual(
      withoutOffsets(readJson(jsonBytes(document), 'a test', budget())),
    );
  });

  test('reads typed arrays as they are', () => {
    const floats = Float32Array.of(1.5, -0, 3.25e38);
    expect(readUbjson(ubjsonBytes(floats), budget())).toEqual(floats);
    expect(readUbjson(ubjsonBytes(Int32Array.of(-1, 7)), budget())).toEqual(Int32Array.of(-1, 7));
    expect(readUbjson(ubjsonBytes(Uint8Array.of(0, 255)), budget())).toEqual(Uint8Array.of(0, 255));
    expect(read(`[$i#L${LENGTH}\x02\xff\x01`)).toEqual(Int8Array.of(-1, 1));
    expect(read(`[$I#L${LENGTH}\x01\xff\xfe`)).toEqual(Int16Array.of(-2));
    expect(read(`[$D#L${LENGTH}\x01\x3f\xf8\0\0\0\0\0\0`)).toEqual(Float64Array.of(1.5));
    expect(read(`[#L${LENGTH}\x02TF`)).toEqual([true, false]);
  });

  test.each([
    ['a length past the end', `[$d#L\x00\x00\x00\x10\x00\x00\x00\x00`, 'READ_TRUNCATED'],
    ['a negative length', `[$d#L\xff\xff\xff\xff\xff\xff\xff\xff`, 'READ_CORRUPT'],
    ['a count past the end', `[#L\x00\x00\x00\x10\x00\x00\x00\x00TT`, 'READ_TRUNCATED'],
    ['a string past the end', `SL${LENGTH}\x05abc`, 'READ_TRUNCATED'],
    ['a string of absurd length', `SL\x7f\x00\x00\x00\x00\x00\x00\x00abc`, 'READ_LIMIT'],
    ['an object that ends', `{L${LENGTH}\x01aT`, 'READ_TRUNCATED'],
    ['an unknown type', 'Q', 'READ_CORRUPT'],
    ['a key twice', `{L${LENGTH}\x01aTL${LENGTH}\x01aT}`, 'READ_CORRUPT'],
    ['numbers of high precision', 'H', 'READ_CORRUPT'],
    ['an array of strings by type', `[$S#L${LENGTH}\x01`, 'READ_CORRUPT'],
    ['nesting without end', '['.repeat(1_000_000), 'READ_LIMIT'],
  ])('refuses %s, with the byte', (_, text, code) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code, details: expect.objectContaining({ offset: expect.any(Number) }) }),
    );
  });
});
