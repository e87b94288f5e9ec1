import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../../../src/core/errors.ts';
import { INFLATE } from './inflate.ts';

const PACKED = { deflate: deflateRawSync, zlib: deflateSync, gzip: gzipSync } as const;
const noClock = (): void => undefined;
const TEXT = new TextEncoder().encode('rows of numbers, '.repeat(20_000));
const NOISE = Uint8Array.from({ length: 100_000 }, (_, k) => (k * k * 31 + (k >> 3)) & 0xff);

const codecs = INFLATE.map((codec) => ({ codec, pack: PACKED[codec.id as keyof typeof PACKED] }));

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isPlimsollError(error) ? error.code : String(error);
  }
  return 'none';
}

test.each(codecs)('$codec.id gives what was packed, up to the limit', ({ codec, pack }) => {
  for (const bytes of [TEXT, NOISE, new Uint8Array(0)]) {
    expect(codec.decompress(pack(bytes), bytes.length, noClock)).toEqual(bytes);
    if (bytes.length > 0)
      expect(codeOf(() => codec.decompress(pack(bytes), bytes.length - 1, noClock))).toBe('READ_LIMIT');
  }
});

test.each(codecs)('$codec.id refuses a bomb before it has grown', ({ codec, pack }) => {
  const bomb = pack(new Uint8Array(2 ** 26));
  expect(codeOf(() => codec.decompress(bomb, 2 ** 20, noClock))).toBe('READ_LIMIT');
});

test.each(codecs)('$codec.id says that a stream is cut short, wherever it is', ({ codec, pack }) => {
  const packed = pack(NOISE);
  for (const length of [0, 1, 5, 17, 1000, packed.length - 9])
    expect(codeOf(() => codec.decompress(packed.subarray(0, length), 2 ** 20, noClock))).toMatch(
      /^READ_(TRUNCATED|CORRUPT)$/,
    );
});

test.each(codecs.slice(1))(
  '$codec.id finds what was altered, and what follows its end',
  ({ codec, pack }) => {
    const packed = pack(TEXT);
    for (const at of [20, packed.length >> 1, packed.length - 6]) {
      const altered = Uint8Array.from(packed);
      altered[at]! ^= 0x10;
      expect(codeOf(() => codec.decompress(altered, 2 ** 20, noClock))).toMatch(/^READ_/);
    }
    const longer = new Uint8Array([...packed, 1, 2, 3, 4, 5]);
    expect(codeOf(() => codec.decompress(longer, 2 ** 20, noClock))).toMatch(/^READ_/);
  },
);

test('members of gzip follow one another', () => {
  const gzip = INFLATE.find(({ id }) => id === 'gzip')!;
  const two = new Uint8Array([...gzipSync('first, '), ...gzipSync('second')]);
  expect(new TextDecoder().decode(gzip.decompress(two, 100, noClock))).toBe('first, second');
});
