import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findDeadly } from './bisection.ts';

test('the first deadly row is found wherever it is, in few looks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc
        .integer({ min: 1, max: 200_000 })
        .chain((rows) =>
          fc.tuple(
            fc.constant(rows),
            fc.uniqueArray(fc.integer({ min: 0, max: rows - 1 }), { minLength: 1, maxLength: 3 }),
          ),
        ),
      async ([rows, deadly]) => {
        let looks = 0;
        const found = await findDeadly(
          async (from, to) => {
            looks += 1;
            return !deadly.some((row) => row >= from && row < to);
          },
          0,
          rows,
        );
        expect(found).toBe(Math.min(...deadly));
        expect(looks).toBeLessThanOrEqual(Math.ceil(Math.log2(rows)) + 1);
      },
    ),
  );
});

test('no row is blamed where none is deadly by itself, and of none there is none', async () => {
  expect(await findDeadly(async () => true, 0, 1000)).toBeNull();
  expect(await findDeadly(async (from, to) => to - from < 2, 0, 1000)).toBeNull();
  expect(await findDeadly(async () => false, 5, 5)).toBeNull();
});
