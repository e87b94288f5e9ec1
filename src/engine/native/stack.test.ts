import { describe, expect, test } from 'vitest';
import { allocateCells, type DenseBlock, type RowBlock, toDense } from './block.ts';
import { prepareStack } from './stack.ts';

const dense: DenseBlock = { kind: 'dense', rows: 2, cols: 2, data: Float64Array.of(1, 0, Number.NaN, 4) };
const sparse: RowBlock = {
  kind: 'sparse',
  rows: 2,
  cols: 3,
  indptr: Int32Array.of(0, 1, 3),
  indices: Int32Array.of(2, 0, 1),
  values: Float64Array.of(5, 6, 7),
};
const numbers: RowBlock = { kind: 'columns', rows: 2, cols: 1, columns: [Float64Array.of(8, 9)] };
const strings: RowBlock = { kind: 'columns', rows: 2, cols: 1, columns: [['a', null]] };

const stack = prepareStack([]);
const part = (block: RowBlock, weight: number | null = null) => ({ block, weight });
const cells = (block: RowBlock) =>
  Array.from(toDense(block, [], allocateCells).data.subarray(0, block.rows * block.cols));

describe('stack', () => {
  test('joins dense and number columns side by side, weights multiplied on', () => {
    const joined = stack([part(dense, 10), part(numbers)], 2);
    expect(joined.kind).toBe('dense');
    expect(cells(joined)).toEqual([10, 0, 8, Number.NaN, 40, 9]);
  });

  test('joins to the same numbers when a part is sparse', () => {
    const joined = stack([part(numbers), part(sparse, 2), part(dense)], 2);
    expect(joined.kind).toBe('sparse');
    expect(cells(joined)).toEqual([8, 0, 0, 10, 1, 0, 9, 12, 14, 0, Number.NaN, 4]);
  });

  test('keeps columns where a part holds strings', () => {
    const joined = stack([part(strings), part(dense, 2)], 2);
    expect(joined).toEqual({
      kind: 'columns',
      rows: 2,
      cols: 3,
      columns: [['a', null], Float64Array.of(2, Number.NaN), Float64Array.of(0, 8)],
    });
  });
});
