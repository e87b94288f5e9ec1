import { expect, test } from 'vitest';
import type { SignatureColumn } from '../../api/served.ts';
import { cellsOfExample, cellsOfText, changedCells, rowToSend } from './row-cells.ts';

const column = (name: string, type: string): SignatureColumn => ({ name, type, named: true, nullable: true });
const TABLE = { form: 'table', columns: [column('age', 'number'), column('active', 'bool')] };

test('a row of a table is sent as its cells in the order of the columns, booleans as such', () => {
  expect(rowToSend(TABLE, { active: 1, age: 30 })).toEqual([30, true]);
  expect(rowToSend(TABLE, {})).toEqual([null, null]);
  expect(rowToSend({ form: 'text', columns: [column('text', 'string')] }, { text: 'good' })).toBe('good');
});

test('an example is cells by column, however rows of the model are written', () => {
  expect(cellsOfExample(TABLE, { age: 1, active: true })).toEqual({ age: 1, active: true });
  expect(cellsOfExample(TABLE, [1, true])).toEqual({ age: 1, active: true });
  expect(cellsOfExample({ form: 'text', columns: [column('text', 'string')] }, 'good')).toEqual({
    text: 'good',
  });
  expect(cellsOfExample({ form: 'tensors' }, [[1]])).toBeNull();
});

test('the address has what differs, and nothing where it is no row', () => {
  expect(changedCells({ age: 31, active: true }, { age: 30, active: true })).toEqual({ age: 31 });
  expect(cellsOfText('{"age":31}')).toEqual({ age: 31 });
  for (const text of ['', '[1]', 'null', '{']) expect(cellsOfText(text)).toEqual({});
});
