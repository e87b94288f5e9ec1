import { expect, test } from 'vitest';
import type { PyValue } from '../pickle/value.ts';
import { type ColumnSelection, selectColumns } from './columns.ts';
import { instance, int, objects, py, testReading, tuple } from './testing/values.ts';

const view = testReading().view(instance('sklearn.compose._column_transformer.ColumnTransformer'), '');
const TABLE = { width: 5, names: ['a', 'b', 'c', 'd', 'e'] };
const select = (spec: PyValue): ColumnSelection => selectColumns(view, 'columns', spec, TABLE);
const slice = (...parts: PyValue[]): PyValue => instance('builtins.slice', {}, parts);

test('a single name or index selects a series', () => {
  expect(select('c')).toEqual({ indexes: [2], scalar: true });
  expect(select(int(-1))).toEqual({ indexes: [4], scalar: true });
});

test('lists, tuples and arrays of names and indexes keep their order', () => {
  expect(select(py(['e', 'a']))).toEqual({ indexes: [4, 0], scalar: false });
  expect(select(tuple(int(3), int(-5))).indexes).toEqual([3, 0]);
  expect(select(objects('b', 'd')).indexes).toEqual([1, 3]);
  expect(select(py([])).indexes).toEqual([]);
});

test('a mask selects where it is true', () => {
  expect(select(py([true, false, false, true, false])).indexes).toEqual([0, 3]);
});

test('slices of indexes exclude their end, slices of names include it, steps count', () => {
  expect(select(slice(int(1), int(3), null)).indexes).toEqual([1, 2]);
  expect(select(slice(null, int(-1), int(2))).indexes).toEqual([0, 2]);
  expect(select(slice(int(4), null, int(-2))).indexes).toEqual([4, 2, 0]);
  expect(select(slice('b', 'd', null)).indexes).toEqual([1, 2, 3]);
  expect(select(slice(null, null, null)).indexes).toEqual([0, 1, 2, 3, 4]);
});

test('the list class of remainders in 1.5 to 1.8 is read as its data', () => {
  const remainder = instance('sklearn.compose._column_transformer._RemainderColsList', { data: [] });
  expect(select(remainder).indexes).toEqual([]);
});

test('unknown names, indexes out of range, masks of another width and callables are refused by name', () => {
  for (const spec of [
    'z',
    int(5),
    py([true, false]),
    instance('m.selector'),
    slice('z', null, null),
    slice(null, null, int(0)),
  ]) {
    expect(() => select(spec)).toThrow(/columns is .* supported/);
  }
});
