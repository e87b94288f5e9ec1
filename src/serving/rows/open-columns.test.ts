import { expect, test } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import { decodeInput } from './decode.ts';

const OPEN: Signature = { form: 'table', columns: [], open: true, outputs: [], classes: null };

const matrix = (rows: number, data: number[]) => ({
  kind: 'matrix',
  rows,
  width: data.length / rows,
  data: Float64Array.from(data),
});

test('a model that does not say how many columns it takes accepts rows of any one width', () => {
  expect(
    decodeInput(
      {
        instances: [
          [1, 2, null],
          [4, 5, 6],
        ],
      },
      OPEN,
    ),
  ).toEqual(matrix(2, [1, 2, NaN, 4, 5, 6]));
  expect(decodeInput([{ a: 1, b: 2 }], OPEN)).toEqual(matrix(1, [1, 2]));
  expect(decodeInput({ dataframe_split: { columns: ['a', 'b'], data: [[1, 2]] } }, OPEN)).toEqual(
    matrix(1, [1, 2]),
  );
  expect(decodeInput([1, 2, 3], OPEN)).toEqual(matrix(1, [1, 2, 3]));
  expect(() => decodeInput({ rows: [[1, 2], [1]] }, OPEN)).toThrow('expected a list of 2 values');
  expect(() => decodeInput({ rows: [['a', 2]] }, OPEN)).toThrow('expected a number, got "a"');
});
