import { expect, test } from 'vitest';
import { crc32c } from './crc32.ts';

// RFC 3720, appendix B.4.
test.each([
  ['32 bytes of zeroes', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 bytes, counting up', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['nothing', new Uint8Array(0), 0],
])('is what the RFC gives for %s', (_what, bytes, wanted) => {
  expect(crc32c(bytes)).toBe(wanted);
});

test('is the same whether bytes come at once or in pieces', () => {
  const bytes = Uint8Array.from({ length: 77 }, (_, i) => (i * 31) & 0xff);
  expect(crc32c(bytes.subarray(13), crc32c(bytes.subarray(0, 13)))).toBe(crc32c(bytes));
});
