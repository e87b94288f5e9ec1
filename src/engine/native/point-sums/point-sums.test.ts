import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  POINTS_AT_ONCE,
  type PointTerm,
  plainSums,
  preparePointSums,
  prepareRangeSums,
} from './point-sums.ts';

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

it('sums of some points are those of all', () => {
  const data = Float64Array.from({ length: 60 }, (_, k) => k * k);
  const points = { rows: 20, cols: 3, data };
  const x = Float64Array.of(7, 1, 2);
  const all = Float64Array.from(preparePointSums(points, 'squares')(x, 0));
  const ranges = prepareRangeSums(points, 'squares')!;
  for (const [from, to] of [
    [0, 20],
    [3, 5],
    [9, 17],
    [19, 20],
  ] as const) {
    ranges.begin(x, 0);
    const first = from % POINTS_AT_ONCE;
    expect(ranges.of(from, to).slice(first, first + to - from)).toEqual(all.slice(from, to));
  }
});
