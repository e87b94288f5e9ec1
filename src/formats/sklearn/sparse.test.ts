import { expect, test } from 'vitest';
import { densify } from './sparse.ts';
import { floats, instance, int, tuple } from './testing/values.ts';

const ORIGIN = { path: '', class: 'sklearn.linear_model.SGDClassifier', offset: 0 };

const matrix = (format: 'csr' | 'csc', indptr: number[], indices: number[], data: number[]) =>
  instance(`scipy.sparse._${format}.${format}_matrix`, {
    _shape: tuple(int(2), int(3)),
    indptr: floats(indptr),
    indices: floats(indices),
    data: floats(data),
  });

test('densify() gives the cells of a CSR and of a CSC matrix, row by row', () => {
  // scipy.sparse.csr_matrix([[0, 5, 0], [7, 0, 9]]) and .tocsc()
  const cells = [0, 5, 0, 7, 0, 9];
  const csr = matrix('csr', [0, 1, 3], [1, 0, 2], [5, 7, 9]);
  const csc = matrix('csc', [0, 1, 2, 3], [1, 0, 1], [7, 5, 9]);
  for (const value of [csr, csc]) expect([...densify(value, ORIGIN, 'coef_').data]).toEqual(cells);
});

test('densify() takes an array of one dimension as one row', () => {
  const line = instance('scipy.sparse._csr.csr_array', {
    _shape: tuple(int(4)),
    indptr: floats([0, 2]),
    indices: floats([1, 3]),
    data: floats([5, 7]),
  });
  expect(densify(line, ORIGIN, 'coef_')).toEqual({ rows: 1, cols: 4, data: Float64Array.of(0, 5, 0, 7) });
});

test.each([
  ['starts that go back, and would visit entries again and again', [0, 3, 0], [1, 0, 2]],
  ['starts past the entries', [0, 1, 9], [1, 0, 2]],
  ['a column that is not there', [0, 1, 3], [1, 0, 3]],
])('densify() refuses %s', (_what, indptr, indices) => {
  expect(() => densify(matrix('csr', indptr, indices, [5, 7, 9]), ORIGIN, 'coef_')).toThrow(
    expect.objectContaining({ code: 'MODEL_INVALID' }),
  );
});
