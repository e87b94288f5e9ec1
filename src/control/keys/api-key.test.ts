import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateKey, hashOfKey, isWellFormedKey, KEY_PATTERN } from './api-key.ts';

test('a key has a prefix, 256 random bits and a checksum, and scanners find it in any text', () => {
  const key = generateKey();
  expect(key).toMatch(/^plk_[0-9A-Za-z]{49}$/);
  expect(new RegExp(KEY_PATTERN).exec(`curl -H "x-api-key: ${key}"`)?.[0]).toBe(key);
  expect(generateKey()).not.toBe(key);
});

test('the smallest and the largest number are keys of the same length', () => {
  for (const byte of [0, 255]) {
    const key = generateKey(new Uint8Array(32).fill(byte));
    expect([key.length, isWellFormedKey(key)]).toEqual([53, true]);
  }
  expect(generateKey(new Uint8Array(32))).toContain('0'.repeat(43));
});

test('any 32 bytes make a key, and one wrong or swapped letter makes none', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(bytes, fc.nat(48), fc.nat(61), (given, at, digit) => {
      const key = generateKey(given);
      expect(isWellFormedKey(key)).toBe(true);
      const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
      const other = `${key.slice(0, 4 + at)}${letters[digit]}${key.slice(5 + at)}`;
      if (other !== key) expect(isWellFormedKey(other)).toBe(false);
    }),
  );
});

test('what is kept of a key is its SHA-256', () => {
  expect(hashOfKey('plk_x')).toBe(createHash('sha256').update('plk_x').digest('hex'));
});
