import { expect, test } from 'vitest';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { csvLines, jsonLines, trialRows } from './trial-rows.ts';

const column = (name: string): ColumnSpec => ({ name, named: true, type: 'number', nullable: false });
const table = (...names: readonly string[]): Signature => ({
  ...{ form: 'table', columns: names.map(column), outputs: [], classes: null },
});
const tensors = (...shapes: readonly (readonly number[])[]): Signature => ({
  ...{ form: 'tensors', outputs: [], classes: null },
  tensors: shapes.map((shape, i) => ({ name: `in${i}`, dtype: 'float32', shape })),
});
const first = (...args: Parameters<typeof trialRows>): unknown => trialRows(...args).rows![0];

test('rows are the example under the names of its columns, each with a key of its own', () => {
  expect(jsonLines(trialRows(table('a', 'b'), [1, 2]).rows!)).toBe(
    '{"id":"1","a":1,"b":2}\n{"id":"2","a":1,"b":2}\n{"id":"3","a":1,"b":2}\n',
  );
  expect(first(table('a', 'b'), { b: 2, a: 1 })).toEqual({ id: '1', a: 1, b: 2 });
  expect(first({ ...table('text'), form: 'text' } as Signature, 'a word')).toEqual({
    id: '1',
    text: 'a word',
  });
  expect(first(table('a'), [7])).toEqual({ id: '1', a: 7 });
  expect(first(tensors([-1, 3]), [1, 2, 3])).toEqual({ id: '1', in0: [1, 2, 3] });
});

test('the key is no column of the model, whatever their case', () => {
  expect(trialRows(table('ID', 'x'), [1, 2])).toMatchObject({
    key: 'row_id',
    rows: [{ row_id: '1' }, { row_id: '2' }, { row_id: '3' }],
  });
  expect(trialRows(table('id', 'row_id', 'plimsoll_row_id'), [1, 2, 3]).key).toBe('key_of_3_columns');
});

test('where a row is no row of a table there are none', () => {
  expect(trialRows(tensors([-1, 3, 224, 224]), [[[1]]]).rows).toBeNull();
  expect(trialRows(table('a', 'A'), [1, 2]).rows).toBeNull();
  expect(trialRows(table('a', 'b'), 'neither').rows).toBeNull();
});

test('as CSV they have a header, and are none where a cell is a list', () => {
  const { rows } = trialRows(table('a,b', 'c', 'd'), { 'a,b': null, c: 'say "x"', d: true });
  expect(csvLines(rows!)).toBe(
    'id,"a,b",c,d\n1,,"say ""x""",true\n2,,"say ""x""",true\n3,,"say ""x""",true\n',
  );
  expect(csvLines(trialRows(tensors([-1, 3]), [1, 2, 3]).rows!)).toBeNull();
});
