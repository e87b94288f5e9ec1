import { expect, test } from 'vitest';
import type { ColumnSpec, Signature } from '../model/signature.ts';
import { csvFileToBody } from './csv.ts';

const column = (name: string, type: ColumnSpec['type'], named = true): ColumnSpec => ({
  name,
  type,
  named,
  nullable: true,
});
const table = (...columns: ColumnSpec[]): Signature => ({
  form: 'table',
  columns,
  outputs: [],
  classes: null,
});
const people = table(column('age', 'number'), column('city', 'string'), column('member', 'bool'));
const unnamed = table(column('x0', 'number', false), column('x1', 'number', false));

const failure = (text: string, signature: Signature): string => {
  try {
    csvFileToBody(text, signature, 'rows.csv');
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

test('a header may name the columns in any order, and cells take the type of the signature', () => {
  const text = 'city,member,age\r\n"Rome, Italy",True,41\r\n,0,1e3\r\n';
  expect(csvFileToBody(text, people, 'rows.csv')).toEqual({
    dataframe_split: {
      columns: ['city', 'member', 'age'],
      data: [
        ['Rome, Italy', true, 41],
        [null, false, 1000],
      ],
    },
  });
});

test('a file without a header is read in the order of the signature', () => {
  expect(csvFileToBody('1,2\n.5,-3\n', unnamed, 'rows.csv')).toEqual({
    dataframe_split: {
      columns: ['x0', 'x1'],
      data: [
        [1, 2],
        [0.5, -3],
      ],
    },
  });
});

test('empty cells and every spelling of NaN are missing, infinities stay infinite', () => {
  const body = csvFileToBody('nan,\nNaN,inf\n-Infinity,1\n', unnamed, 'rows.csv');
  expect(body).toHaveProperty('dataframe_split.data', [
    [null, null],
    [null, Infinity],
    [-Infinity, 1],
  ]);
});

test('a bad cell is named by line and column, counting line breaks inside quoted cells', () => {
  expect(failure('age,city,member\n1,"a\nb\nc",true\nn/a,x,true\n', people)).toBe(
    'rows.csv line 5, column "age": expected a number, got "n/a"',
  );
  expect(failure('age,city,member\n1,x,maybe\n', people)).toBe(
    'rows.csv line 2, column "member": expected true or false, got "maybe"',
  );
  expect(failure('0x10,1\n', unnamed)).toBe('rows.csv line 1, column "x0": expected a number, got "0x10"');
});

test('flags that pandas writes as True and False are numbers where the model takes numbers', () => {
  expect(csvFileToBody('True,2\nfalse,-3\n', unnamed, 'rows.csv')).toHaveProperty('dataframe_split.data', [
    [1, 2],
    [0, -3],
  ]);
});

test('a column that no step reads may hold anything', () => {
  const dropped = table(column('age', 'number'), { ...column('name', 'number'), ignored: true });
  expect(csvFileToBody('age,name\n41,"Smith, J."\n', dropped, 'rows.csv')).toHaveProperty(
    'dataframe_split.data',
    [[41, 'Smith, J.']],
  );
  expect(csvFileToBody('41,Smith\n', dropped, 'rows.csv')).toHaveProperty('dataframe_split.data', [
    [41, 'Smith'],
  ]);
});

test('a cell that is called like a property of every object is a word like any other', () => {
  for (const word of ['constructor', '__proto__', 'toString']) {
    expect(failure(`age,city,member\n${word},x,true\n`, people)).toMatch(/expected a number, got/);
    expect(failure(`age,city,member\n1,x,${word}\n`, people)).toMatch(/expected true or false, got/);
  }
});

test('a row of another width is named by its line', () => {
  expect(failure('1,2\n3\n', unnamed)).toBe('rows.csv line 2: expected 2 cells, got 1');
});

test('blank lines between rows are no rows', () => {
  expect(csvFileToBody('1,2\n\n3,4\n\n', unnamed, 'rows.csv')).toHaveProperty('dataframe_split.data', [
    [1, 2],
    [3, 4],
  ]);
});

test('a header that the model does not know is explained', () => {
  expect(failure('length,width\n1,2\n', unnamed)).toBe(
    'rows.csv line 1: expected numbers, got "length", "width"; the model knows no column names: leave the header line out',
  );
});

test('the index that pandas writes is recognised', () => {
  expect(failure(',age,city,member\n0,1,x,true\n', people)).toContain('use to_csv(index=False)');
});

test('an empty file and a broken quote are refused', () => {
  expect(failure('', people)).toBe('rows.csv: the file is empty');
  expect(failure('"1,2\n', unnamed)).toMatch(/^rows\.csv: /);
});

test('a text model takes one bare value a row', () => {
  const text: Signature = {
    form: 'text',
    columns: [column('text', 'string', false)],
    outputs: [],
    classes: null,
  };
  expect(csvFileToBody('"good, really"\nbad\n', text, 'rows.csv')).toEqual({
    instances: ['good, really', 'bad'],
  });
  expect(csvFileToBody('text\ngood\n', text, 'rows.csv')).toEqual({ instances: ['good'] });
});
