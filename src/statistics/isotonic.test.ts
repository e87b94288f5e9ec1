import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isotonicFit } from './isotonic.ts';

test('ties, weights and the lines between knots are as scikit-learn has them', () => {
  const fit = isotonicFit(
    [0.1, 0.4, 0.4, 0.35, 0.8, 0.9, 0.2, 0.6],
    [0, 1, 0, 1, 1, 0, 0, 1],
    [1, 2, 1, 1, 1, 3, 1, 0],
  )!;
  expect([...fit.x]).toEqual([0.1, 0.2, 0.35, 0.9]);
  expect([...fit.y]).toEqual([0, 0, 0.5, 0.5]);
  expect([0, 0.15, 0.3, 0.5, 0.85, 2].map(fit.predict)).toEqual([0, 0, 0.3333333333333333, 0.5, 0.5, 0.5]);
});

test('nothing is fitted to no rows, or to rows that weigh nothing', () => {
  expect(isotonicFit([], [])).toBeNull();
  expect(isotonicFit([1, 2], [3, 4], [0, 0])).toBeNull();
});

test('one place answers its mean everywhere, and NaN answers NaN', () => {
  const fit = isotonicFit([2, 2, 2], [1, 0, 0])!;
  expect([-5, 2, 9].map(fit.predict)).toEqual([1 / 3, 1 / 3, 1 / 3]);
  expect(fit.predict(Number.NaN)).toBeNaN();
});

test('the fit is the greatest of the least means over all intervals', () => {
  const row = fc.record({ x: fc.integer({ min: 0, max: 12 }), y: fc.integer({ min: -9, max: 9 }) });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 25 }), (rows) => {
      const fit = isotonicFit(
        rows.map((r) => r.x),
        rows.map((r) => r.y),
      )!;
      for (const { x } of rows) expect(fit.predict(x)).toBeCloseTo(minimax(rows, x), 10);
    }),
  );
});

/** max over a ≤ x of min over b ≥ x of the mean of y in [a, b]: the closed form (Robertson and others, 1988). */
function minimax(rows: readonly { x: number; y: number }[], x: number): number {
  const places = [...new Set(rows.map((row) => row.x))];
  const meanOf = (a: number, b: number): number => {
    const inside = rows.filter((row) => row.x >= a && row.x <= b);
    return inside.reduce((total, row) => total + row.y, 0) / inside.length;
  };
  const least = (a: number): number => Math.min(...places.filter((b) => b >= x).map((b) => meanOf(a, b)));
  return Math.max(...places.filter((a) => a <= x).map(least));
}
