import { expect, test } from 'vitest';
import { readKnown, writeKnown } from './known.ts';
import { KEYS_MAX } from './port.ts';
import { checkOverlap, checkRoom, checkWish } from './wish.ts';

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
  expect(() => checkWish({ ...WISH, ...change })).toThrow(refused);
});

test('as many keys as are let in can be read by those who only know the list of them', () => {
  const longest = { ...WISH, name: 'x'.repeat(100), endpoints: ['e'.repeat(200)] };
  checkWish(longest);
  checkRoom(KEYS_MAX - 1);
  const all = Array.from({ length: KEYS_MAX }, () => ({
    ...longest,
    sha256: '0'.repeat(64),
    expiresAt: null,
  }));
  expect(readKnown(writeKnown(all))).toHaveLength(KEYS_MAX);
  expect(() => checkRoom(KEYS_MAX)).toThrow(refused);
});

test('a key holds on beside its successor for no longer than there are keys', () => {
  checkOverlap(0);
  expect(() => checkOverlap(-1)).toThrow(refused);
  expect(() => checkOverlap(1e15)).toThrow(refused);
});
