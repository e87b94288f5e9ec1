import { expect, test } from 'vitest';
import { murmur3 } from '../bytes/murmur3.ts';
import { addHash, emptyRegisters, estimateDistinct, mergeRegisters } from './hyperloglog.ts';

const noted = (from: number, to: number, seed: number): Uint8Array => {
  const registers = emptyRegisters();
  for (let k = from; k < to; k++) addHash(registers, murmur3(`user-${k}`, seed));
  return registers;
};

/** Standard errors: 1.04/√512 of HyperLogLog; of linear counting less. Four of them. */
test.each([1, 20, 200, 1000, 5000, 100_000])(
  '%i hashes are counted within a fifth, whatever the seed',
  (n) => {
    for (const seed of [1, 2, 3, 4, 5])
      expect(Math.abs(estimateDistinct(noted(0, n, seed)) - n)).toBeLessThan(Math.max(0.5, 0.19 * n));
  },
);

test('none are none, and the same again are no more', () => {
  expect(estimateDistinct(emptyRegisters())).toBe(0);
  const registers = noted(0, 300, 1);
  const before = estimateDistinct(registers);
  mergeRegisters(registers, noted(100, 300, 1));
  expect(estimateDistinct(registers)).toBe(before);
});

test('what two have seen is counted as if one had', () => {
  const registers = noted(0, 700, 1);
  mergeRegisters(registers, noted(500, 1500, 1));
  expect(registers).toEqual(noted(0, 1500, 1));
});
