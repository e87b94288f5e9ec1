import { expect, test } from 'vitest';
import { columnsInSight, formColumns, rowOf, textsOf } from './row-form.ts';

const column = (name: string, type: string, categories?: readonly (string | number)[]) => ({
  ...{ name, type, named: true, nullable: true },
  ...(categories === undefined ? {} : { categories }),
});
const columns = [
  column('age', 'number'),
  column('plan', 'string', ['a', 'b']),
  column('grade', 'integer', [1, 2]),
];
const example = { age: 5.5, plan: 'a', grade: null };

test('a form begins with the example, and gives it back as it was', () => {
  expect(formColumns({ columns }, example)).toBe(columns);
  expect(textsOf(columns, example)).toEqual({ age: '5.5', plan: 'a', grade: '' });
  expect(rowOf(columns, textsOf(columns, example))).toEqual(example);
});

test('numbers are numbers, categories what they were, and what is wrong is left for the server to say', () => {
  expect(rowOf(columns, { age: '1e3', plan: '7', grade: '2' })).toEqual({ age: 1000, plan: '7', grade: 2 });
  expect(rowOf(columns, { age: 'old', plan: 'a', grade: '2' })).toMatchObject({ age: 'old' });
});

test('what is true or false is sent as such', () => {
  const flags = [column('active', 'bool')];
  expect(rowOf(flags, { active: 'true' })).toEqual({ active: true });
  expect(rowOf(flags, { active: 'perhaps' })).toEqual({ active: 'perhaps' });
});

test('what is no row of named columns has no form', () => {
  expect(formColumns({ columns: [{ ...column('text', 'string'), named: false }] }, 'a text')).toBeNull();
  expect(formColumns({ columns: [] }, {})).toBeNull();
  expect(formColumns(undefined, example)).toBeNull();
});

test('of a thousand columns some are in sight, and any of them is found', () => {
  const many = Array.from({ length: 1000 }, (_, k) => column(`column_${k}`, 'number'));
  const { shown, left } = columnsInSight(many, '');
  expect([shown.length, shown.length + left]).toEqual([40, 1000]);
  expect(columnsInSight(many, ' Column_999 ')).toEqual({ shown: [many[999]], left: 0 });
});
