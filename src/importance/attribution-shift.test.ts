import { expect, test } from 'vitest';
import { seededRandom } from '../core/random.ts';
import { type AttributionSizes, attributionShift } from './attribution-shift.ts';

const sizesOf = (...rows: readonly (readonly number[])[]): AttributionSizes => ({
  rows: rows.length,
  sizes: Float64Array.from(rows.flat()),
});

test('the same rows are nowhere from themselves', () => {
  const rows = sizesOf([3, 1], [2, 2], [4, 0]);
  const shift = attributionShift(rows, rows, 2, 0);
  expect(shift).toMatchObject({ distance: 0, p: 1, ndcg: 1, columnP: [1, 1] });
});

test('shares, their distance and the order are those of the mean sizes', () => {
  const shift = attributionShift(sizesOf([1, 2], [1, 4]), sizesOf([4, 1], [2, 1]), 2, 0);
  expect(shift.shares).toEqual([0.25, 0.75]);
  expect(shift.referenceShares).toEqual([0.75, 0.25]);
  expect(shift.distance).toBeCloseTo(0.5, 12);
  // The order now is the second column, then the first; their sizes then are 1 and 3.
  expect(shift.ndcg).toBeCloseTo((1 + 3 / Math.log2(3)) / (3 + 1 / Math.log2(3)), 12);
});

test('chance is that of all deals of the rows', () => {
  const now = [[5], [6], [9], [4]];
  const then = [[1], [7], [2], [3]];
  const pooled = [...now, ...then].map(([size]) => size!);
  const observed = 24 - 13;
  let [deals, further] = [0, 0];
  for (let deal = 0; deal < 256; deal++) {
    const chosen = pooled.filter((_, k) => (deal >> k) % 2 === 1);
    if (chosen.length !== 4) continue;
    deals++;
    const sum = chosen.reduce((total, size) => total + size, 0);
    if (Math.abs(2 * sum - 37) >= observed) further++;
  }
  const { columnP, deals: dealt } = attributionShift(sizesOf(...now), sizesOf(...then), 1, 5);
  const wanted = further / deals;
  // Five standard deviations of so many deals.
  const noise = 5 * Math.sqrt((wanted * (1 - wanted)) / dealt);
  expect(Math.abs(columnP[0]! - wanted)).toBeLessThan(noise + 1 / dealt);
});

test('rows of one kind are told apart as seldom as it says, and rows of another nearly always', () => {
  const random = seededRandom(11);
  const drawn = (scale: readonly number[]) =>
    sizesOf(...Array.from({ length: 30 }, () => scale.map((size) => size * random.next())));
  let [falsely, byColumn, rightly] = [0, 0, 0];
  const times = 100;
  for (let k = 0; k < times; k++) {
    const then = drawn([3, 2, 1]);
    const same = attributionShift(drawn([3, 2, 1]), then, 3, k);
    if (same.p <= 0.1) falsely++;
    if (Math.min(...same.columnP) <= 0.1) byColumn++;
    if (attributionShift(drawn([1.5, 2, 1]), then, 3, k).p <= 0.1) rightly++;
  }
  // Ten of a hundred; three standard deviations are nine.
  expect(falsely).toBeLessThan(20);
  expect(byColumn).toBeLessThan(20);
  expect(rightly).toBeGreaterThan(90);
});
