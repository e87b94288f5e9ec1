import { expect, test } from 'vitest';
import type { RejectView } from '../../api/generated/control-api.ts';
import { mendedRows, rowsInText, withEdit } from './mended-rows.ts';

const CSV: RejectView = {
  ...{ outcome: 'rejected', code: 'number_type', column: 'age', reason: 'expected a number, got "old"' },
  ...{ path: '/in.csv', line: 4, row: 2, key: '3', raw: '3,old', cells: { id: '3', age: 'old' } },
};
const JSONL: RejectView = {
  ...CSV,
  ...{
    path: '/in.jsonl',
    raw: '{"id":3,"age":"old","zip":"0123"}',
    cells: { id: 3, age: 'old', zip: '0123' },
  },
};

test('a row is sent whole once a cell of it was written anew', () => {
  const edits = withEdit(new Map(), CSV, 'age', '33');
  expect(mendedRows(edits)).toEqual([{ id: '3', age: '33' }]);
  expect(mendedRows(withEdit(edits, CSV, 'age', 'old'))).toEqual([]);
  expect(mendedRows(new Map())).toEqual([]);
  expect(mendedRows(withEdit(new Map(), { ...CSV, cells: null }, 'age', '33'))).toEqual([]);
  expect(mendedRows(withEdit(edits, JSONL, 'age', '34'))).toHaveLength(2);
});

test('of JSON what reads as a number is one, and what nobody touched stays as it was', () => {
  const edits = withEdit(new Map(), JSONL, 'age', '33');
  expect(mendedRows(edits)).toEqual([{ id: 3, age: 33, zip: '0123' }]);
  const empty = withEdit(new Map(), JSONL, 'age', '');
  expect(mendedRows(empty)).toEqual([{ id: 3, age: null, zip: '0123' }]);
});

test('rows come from a file of JSON lines or a list, and a line that is none is named', () => {
  expect(rowsInText('{"id":1}\n\n{"id":2}\n')).toEqual([{ id: 1 }, { id: 2 }]);
  expect(rowsInText('[{"id":1},\n{"id":2}]')).toEqual([{ id: 1 }, { id: 2 }]);
  expect(() => rowsInText('{"id":1}\nid,age')).toThrow('Line 2');
  expect(() => rowsInText('{"id":1}\n7')).toThrow('Row 2');
});
