import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countWithin,
  DURATION_BOUNDS,
  DURATION_CELLS,
  durationBound,
  durationCell,
  durationHistogram,
  durationQuantile,
} from './duration-buckets.ts';

test('a duration is in the cell whose bounds are around it, the upper one in it', () => {
  const seconds = fc.double({ min: -25, max: 10, noNaN: true }).map((exponent) => 2 ** exponent);
  fc.assert(
    fc.property(seconds, (value) => {
      const cell = durationCell(value * 1000);
      // A millisecond more or less in the sixteenth digit may come of the division by 1000.
      if (cell > 0) expect(value).toBeGreaterThan(durationBound(cell - 1) * (1 - 1e-15));
      expect(value).toBeLessThanOrEqual(durationBound(cell) * (1 + 1e-15));
    }),
  );
});

test('bounds that are powers of two are in the cell that ends with them', () => {
  for (const bound of DURATION_BOUNDS) {
    expect(durationBound(durationCell(bound * 1000))).toBe(bound);
    expect(durationCell(bound * 1000 * (1 + 1e-12))).toBe(durationCell(bound * 1000) + 1);
  }
});

test('what is no duration, or too long, has a cell, too', () => {
  expect([Number.NaN, -1, 0].map(durationCell)).toEqual([0, 0, 0]);
  expect([64_001, Infinity].map(durationCell)).toEqual([DURATION_CELLS - 1, DURATION_CELLS - 1]);
});

test('classic and native buckets say the same: at every classic bound they have the same count', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { maxLength: 200 }), (millis) => {
      const cells = new Float64Array(DURATION_CELLS);
      for (const one of millis) cells[durationCell(one)]!++;
      const { bounds, counts, native } = durationHistogram(cells, 1);
      let classic = 0;
      for (const [k, bound] of bounds.entries()) {
        classic += counts[k]!;
        const nativeCount = Array.from(native!.counts).reduce(
          (sum, count, i) =>
            2 ** ((native!.first + i) / 2 ** native!.schema) <= bound * (1 + 1e-12) ? sum + count : sum,
          native!.zeroCount,
        );
        expect(nativeCount).toBe(classic);
        expect(classic).toBe(millis.filter((one) => one / 1000 <= bound).length);
      }
      expect(Array.from(counts).reduce((a, b) => a + b, 0)).toBe(millis.length);
    }),
  );
});

test('a quantile is within 4.5 % of the exact one', () => {
  const millis = Array.from({ length: 1000 }, (_, k) => 5 * 1.004 ** k);
  const cells = new Float64Array(DURATION_CELLS);
  for (const one of millis) cells[durationCell(one)]!++;
  for (const share of [0.01, 0.5, 0.9, 0.99]) {
    const exact = millis[Math.ceil(share * 1000) - 1]! / 1000;
    expect(Math.abs(durationQuantile(cells, share) / exact - 1)).toBeLessThan(0.045);
  }
  expect(durationQuantile(new Float64Array(DURATION_CELLS), 0.5)).toBeNaN();
  expect(countWithin(cells, 2 ** -6)).toBe(millis.filter((one) => one <= 1000 / 64).length);
});
