import fc from 'fast-check';
import { expect, it } from 'vitest';
import { POINTS_AT_ONCE, type PointTerm, plainSums, preparePointSums } from './point-sums.ts';

const TERMS: readonly PointTerm[] = ['products', 'squares'];

const pointsAndRow = fc
  .record({
    rows: fc.integer({ min: POINTS_AT_ONCE, max: 4 * POINTS_AT_ONCE }),
    cols: fc.integer({ min: 1, max: 9 }),
  })
  .chain(({ rows, cols }) =>
    fc.record({
      points: fc
        .float64Array({ minLength: rows * cols, maxLength: rows * cols })
        .map((data) => ({ rows, cols, data })),
      x: fc.float64Array({ minLength: cols + 1, maxLength: cols + 1 }),
    }),
  );

it.each(TERMS)('sums of %s have the bits of a loop, whatever the numbers', (term) => {
  fc.assert(
    fc.property(pointsAndRow, ({ points, x }) => {
      const sums = preparePointSums(points, term)(x, 1);
      expect(sums.subarray(0, points.rows)).toEqual(plainSums(points, term)(x, 1));
    }),
  );
});

it('sums of other points do not follow from those that were asked about before', () => {
  const ones = { rows: 9, cols: 2, data: new Float64Array(18).fill(1) };
  const twos = { rows: 9, cols: 2, data: new Float64Array(18).fill(2) };
  const [first, second] = [preparePointSums(ones, 'products'), preparePointSums(twos, 'products')];
  const x = Float64Array.of(1, 10);
  expect([first(x, 0)[8], second(x, 0)[8], first(x, 0)[0]]).toEqual([11, 22, 11]);
});
