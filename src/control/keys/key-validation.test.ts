import { expect, test } from 'vitest';
import { validateKeyCount, validateKeyRequest, validateOverlap } from './key-validation.ts';
import { formatKnownKeys, parseKnownKeys } from './known-keys.ts';
import { KEYS_MAX } from './port.ts';

const WISH = { name: 'shop', scope: 'predict', endpoints: ['churn'], lifeMillis: null } as const;
const refused = expect.objectContaining({ code: 'REQUEST_INVALID', exit: 2 });

test.each([
  { name: '' },
  { name: 'x'.repeat(101) },
  { name: 'x from 127.0.0.1' },
  { name: 'x\n' },
  { endpoints: [''] },
  { endpoints: ['x'.repeat(201)] },
  { endpoints: Array.from({ length: 1001 }, (_, k) => `e${k}`) },
  { lifeMillis: 0 },
  { lifeMillis: Number.NaN },
  { lifeMillis: 1e15 },
])('there is no key of %j', (change) => {
  expect(() => validateKeyRequest({ ...WISH, ...change })).toThrow(refused);
});

test('as many keys as are let in can be read by those who only know the list of them', () => {
  const longest = { ...WISH, name: 'x'.repeat(100), endpoints: ['e'.repeat(200)] };
  validateKeyRequest(longest);
  validateKeyCount(KEYS_MAX - 1);
  const all = Array.from({ length: KEYS_MAX }, () => ({
    ...longest,
    sha256: '0'.repeat(64),
    expiresAt: null,
  }));
  expect(parseKnownKeys(formatKnownKeys(all))).toHaveLength(KEYS_MAX);
  expect(() => validateKeyCount(KEYS_MAX)).toThrow(refused);
});

test('a key holds on beside its successor for no longer than there are keys', () => {
  validateOverlap(0);
  expect(() => validateOverlap(-1)).toThrow(refused);
  expect(() => validateOverlap(1e15)).toThrow(refused);
});
