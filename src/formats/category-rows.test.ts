import { expect, test } from 'vitest';
import type { TableColumn } from '../model/encoding.ts';
import { asOneHot } from './category-rows.ts';

const table = (rows: readonly number[], unknown: readonly number[] | null): TableColumn => ({
  categories: { type: 'string', values: ['a', 'b', null] },
  width: 2,
  rows: Float64Array.from(rows),
  unknown: unknown === null ? null : Float64Array.from(unknown),
});

test('rows with a single one each are those of a one-hot encoder', () => {
  expect(asOneHot(table([1, 0, 0, 1, 0, 0], [0, 1]))).toEqual({
    categories: { type: 'string', values: ['a', 'b', null] },
    slots: Int32Array.of(0, 1, -1),
    width: 2,
    unknownSlot: 1,
  });
  expect(asOneHot(table([1, 0, 0, 1, 0, 0], null))?.unknownSlot).toBe(-1);
});

test.each([
  ['two ones in a row', [1, 1, 0, 1, 0, 0], [0, 0]],
  ['another number than one', [1, 0, 0, 2, 0, 0], [0, 0]],
  ['an unknown category without numbers', [1, 0, 0, 1, 0, 0], [Number.NaN, Number.NaN]],
])('%s is not', (_what, rows, unknown) => {
  expect(asOneHot(table(rows, unknown))).toBeNull();
});
