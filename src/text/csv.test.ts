import { expect, test } from 'vitest';
import { csvCell } from './csv.ts';

test.each([
  ['a b', 'a b'],
  ['a,b', '"a,b"'],
  ['a;b', 'a;b'],
  ['say "x"', '"say ""x"""'],
  ['a\nb', '"a\nb"'],
  ['a\rb', '"a\rb"'],
  ['', '""'],
  [null, ''],
])('%j is the cell %s', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});

test('of another separator it is that which is put in quotes', () => {
  expect(['a;b', 'a,b'].map((text) => csvCell(text, ';'))).toEqual(['"a;b"', 'a,b']);
});
