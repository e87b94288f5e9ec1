import { expect, test } from 'vitest';
import { pairwiseSum } from './pairwise-sum.ts';

/** The same numbers as were summed by numpy 2.5 (`ndarray.sum`): a linear congruential sequence over seven decades. */
function sequence(count: number): Float64Array {
  let state = 12345n;
  return Float64Array.from({ length: count }, () => {
    state = (state * 1103515245n + 12345n) % 2n ** 31n;
    const s = Number(state);
    return (s / 2 ** 31) * Number(`1e${((s >> 5) % 7) - 3}`);
  });
}

test('sums have the bits of numpy below, at and above each block size', () => {
  const numpy = [
    [3, 305.4899391050478],
    [7, 310.40846982393697],
    [8, 310.4088397786948],
    [9, 310.4090964457528],
    [15, 1744.4476003554412],
    [16, 1754.325713220122],
    [100, 11531.90920341503],
    [127, 14264.049346337439],
    [128, 14264.087328654918],
    [129, 14264.166196900904],
    [200, 24370.426780323643],
    [300, 32858.74289886014],
    [1000, 88357.90137863421],
  ] as const; // prettier-ignore
  for (const [count, sum] of numpy) expect(pairwiseSum(sequence(count), 0, count)).toBe(sum);
});

test('a row of a matrix sums as numpy sums along the last axis', () => {
  const rows = [
    4657.565401611293, 2388.607353996333, 4418.018818896324, 2693.907498516984, 4823.169938061715,
    3705.5846646460573, 3134.4799885570396, 2161.4788453145725, 2044.4541313399623, 2831.476257919856,
  ]; // prettier-ignore
  expect(rows.map((_, row) => pairwiseSum(sequence(300), 30 * row, 30))).toEqual(rows);
});
