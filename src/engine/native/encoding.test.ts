import { describe, expect, test } from 'vitest';
import type { OneHotStep, OrdinalStep } from '../../model/encoding.ts';
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
const transform = (step: OneHotStep | OrdinalStep, input: RowBlock): number[] => {
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
    const step: OrdinalStep = {
      ...base,
      kind: 'ordinal',
      unknown: 'ignore',
      unknownValue: -1,
      columns: [
        {
          categories: { type: 'number', values: Float64Array.of(0, 2, Number.NaN) },
          codes: Float64Array.of(0, 1, 7),
        },
      ],
    };
    const data = Float64Array.of(-0, Number.NaN, 2, 3);
    expect(transform(step, { kind: 'dense', rows: 4, cols: 1, data })).toEqual([0, 7, 1, -1]);
  });
});
