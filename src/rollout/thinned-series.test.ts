import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addToSeries, NO_POINTS, type ThinnedSeries } from './thinned-series.ts';

const grown = (count: number, most: number): ThinnedSeries<readonly number[]> =>
  Array.from({ length: count }, (_, k) => [k]).reduce<ThinnedSeries<readonly number[]>>(
    (series, value) => addToSeries(series, value, most, (a, b) => [...a, ...b]),
    NO_POINTS,
  );

test('a curve stays within its room, loses nothing, and is as fine at its beginning as at its end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 2, max: 301 }), (count, most) => {
      const { points, stride, filled } = grown(count, most);
      expect(points.length).toBeLessThanOrEqual(most);
      expect(points.length).toBeGreaterThanOrEqual(Math.min(count, Math.floor(most / 2)));
      expect(points.flat()).toEqual(Array.from({ length: count }, (_, k) => k));
      expect(points.slice(0, -1).every((point) => point.length === stride)).toBe(true);
      expect(points.at(-1)!.length).toBe(filled);
    }),
    { numRuns: 60 },
  );
});
