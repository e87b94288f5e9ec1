import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { BodyDecompressor } from './decompressor.ts';

const LIMIT = 4 << 20;
const bomb = (size: number): Buffer => gzipSync(Buffer.alloc(size));

test('four bodies grow at once, the others wait and can be taken back', async () => {
  const decompressor = new BodyDecompressor(LIMIT, 8 * LIMIT);
  const sizes: number[] = [];
  const takeBack = Array.from({ length: 10 }, (_, k) =>
    decompressor.submit(
      bomb((1 << 20) + k),
      'gzip',
      (bytes) => sizes.push(bytes.length - (1 << 20)),
      (error) => expect.unreachable(String(error)),
    ),
  );
  const taken = takeBack.map((take, k) => k % 2 === 1 && take());
  expect(taken).toEqual([false, false, false, false, false, true, false, true, false, true]);
  await expect.poll(() => sizes.toSorted()).toEqual([0, 1, 2, 3, 4, 6, 8]);
  expect(takeBack.map((take) => take())).not.toContain(true);
});

test.each([
  ['gzip', bomb(LIMIT + 1), 'BODY_TOO_LARGE'],
  ['gzip', Buffer.from('no gzip'), 'ENCODING_CORRUPT'],
  ['rot13', Buffer.from('obql'), 'ENCODING_UNKNOWN'],
])('what %s cannot make a body of is refused, and the next has its turn', async (encoding, bytes, code) => {
  const decompressor = new BodyDecompressor(LIMIT, 8 * LIMIT);
  const codes = await Promise.all(
    Array.from(
      { length: 6 },
      () =>
        new Promise((resolve) => {
          const failed = (error: unknown): void => resolve((error as { code: string }).code);
          decompressor.submit(bytes, encoding, (body) => resolve(body.length), failed);
        }),
    ),
  );
  expect(codes).toEqual(Array.from({ length: 6 }, () => code));
});
