import { describe, expect, test } from 'vitest';
import type { CategoryTableStep, OneHotStep } from '../../model/encoding.ts';
import { allocateCells, type RowBlock, toDense } from './block.ts';
import { prepareStep } from './prepare.ts';

const base = {
  origin: { path: '', class: 'sklearn.preprocessing', offset: 0 },
  features: 1,
  featureNames: null,
};
const column = (...cells: (string | null)[]): RowBlock => ({
  kind: 'columns',
  rows: cells.length,
  cols: 1,
  columns: [cells],
});
const transform = (step: OneHotStep | CategoryTableStep, input: RowBlock): number[] => {
  const block = prepareStep(step, ['city']).transform!(input);
  return Array.from(toDense(block, [], allocateCells).data.subarray(0, block.rows * block.cols));
};

/** One-hot of `count` categories c0, c1, …, the first one dropped. */
const oneHot = (count: number, unknown: OneHotStep['unknown']): OneHotStep => ({
  ...base,
  kind: 'one-hot',
  unknown,
  columns: [
    {
      categories: { type: 'string', values: Array.from({ length: count }, (_, i) => `c${i}`) },
      slots: Int32Array.from({ length: count }, (_, i) => i - 1),
      width: count - 1,
      unknownSlot: -1,
    },
  ],
});

describe('encoders', () => {
  test.each([3, 200])(
    'one-hot of %i categories sets one column, none for dropped and unknown ones',
    (count) => {
      const cells = transform(oneHot(count, 'ignore'), column('c2', 'c0', 'elsewhere', null));
      const width = count - 1;
      expect(cells.map((cell, k) => (cell === 0 ? -1 : k)).filter((k) => k >= 0)).toEqual([1]);
      expect(cells.length).toBe(4 * width);
    },
  );

  test('an unknown category is refused with its row, its column and what is known', () => {
    expect(() => transform(oneHot(9, 'error'), column('c1', 'Bern'))).toThrow(
      'row 1, column "city": unknown category "Bern", expected one of "c0", "c1", "c2", "c3", "c4", … (9 in all)',
    );
    expect(() => transform(oneHot(2, 'error'), column(null))).toThrow('unknown category a missing value');
  });

  test('NaN matches the missing category of numbers, and zero matches minus zero', () => {
    const step: CategoryTableStep = {
      ...base,
      kind: 'category-table',
      columns: [
        {
          categories: { type: 'number', values: Float64Array.of(0, 2, Number.NaN) },
          width: 1,
          rows: Float64Array.of(0, 1, 7),
          unknown: Float64Array.of(-1),
        },
      ],
    };
    const data = Float64Array.of(-0, Number.NaN, 2, 3);
    expect(transform(step, { kind: 'dense', rows: 4, cols: 1, data })).toEqual([0, 7, 1, -1]);
  });

  test('each category becomes its row of numbers, and so does a missing bool', () => {
    const step: CategoryTableStep = {
      ...base,
      kind: 'category-table',
      columns: [
        {
          categories: { type: 'bool', values: [true, null] },
          width: 2,
          rows: Float64Array.of(1, 2, 3, 4),
          unknown: Float64Array.of(5, Number.NaN),
        },
      ],
    };
    const data = Float64Array.of(1, Number.NaN, 0);
    const wanted = [1, 2, 3, 4, 5, Number.NaN];
    expect(transform(step, { kind: 'dense', rows: 3, cols: 1, data })).toEqual(wanted);
  });
});
