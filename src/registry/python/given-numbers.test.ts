import { expect, test } from 'vitest';
import type { Batch } from '../../model/batch.ts';
import { asGiven } from './given-numbers.ts';

const table: Batch = {
  kind: 'table',
  rows: 1,
  columns: [Float64Array.of(0.1), Float64Array.of(0.1), ['a'], Float64Array.of(2.5)],
};
const names = ['age', 'score', 'plan', 'half'];
const matrix: Batch = { kind: 'matrix', rows: 2, width: 2, data: Float64Array.of(0.1, 0.2, 0.3, 0.4) };

test('columns of a frame have the numbers of their types, and whole ones stay what they are', () => {
  const dtypes = { age: 'int64', score: 'float32', plan: 'category["a"]', half: 'float16' };
  expect(asGiven(table, { call: { container: 'frame', dtypes }, names })).toEqual({
    ...table,
    columns: [Float64Array.of(0.1), Float64Array.of(Math.fround(0.1)), ['a'], Float64Array.of(2.5)],
  });
});

test('columns without names have types by their place', () => {
  expect(asGiven(matrix, { call: { container: 'frame', dtypes: { 1: 'float32' } }, names: null })).toEqual({
    ...matrix,
    data: Float64Array.of(0.1, Math.fround(0.2), 0.3, Math.fround(0.4)),
  });
});

test('a column may have the name of what every object inherits', () => {
  const given = { call: { container: 'frame', dtype: 'float32' }, names: ['constructor', 'x'] } as const;
  expect(asGiven(matrix, given)).toEqual({ ...matrix, data: Float64Array.from(matrix.data, Math.fround) });
});

test('an array has one type, and lists have none', () => {
  const all = { ...matrix, data: Float64Array.from(matrix.data, Math.fround) };
  expect(asGiven(matrix, { call: { container: 'array', dtype: 'float32' }, names: null })).toEqual(all);
  expect(asGiven(matrix, { call: { container: 'array' }, names: null })).toBe(matrix);
  expect(asGiven(matrix, { call: { container: 'list', dtype: 'float32' }, names: null })).toBe(matrix);
  expect(asGiven(matrix, { call: null, names: null })).toBe(matrix);
});
