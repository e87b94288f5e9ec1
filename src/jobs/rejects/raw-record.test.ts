import { expect, test } from 'vitest';
import { keyOfRecord, rowOfRecord } from './raw-record.ts';

const NAMES = ['id', 'city', 'note'];

test('a record of CSV is told apart by whichever separator gives as many cells as there are columns', () => {
  const row = { id: '7', city: 'São Paulo, SP', note: 'a "b"' };
  expect(rowOfRecord({ raw: '7,"São Paulo, SP","a ""b"""\n', line: 4 }, NAMES)).toEqual(row);
  expect(rowOfRecord({ raw: '7;"São Paulo, SP";"a ""b"""\r\n', line: 4 }, NAMES)).toEqual(row);
  expect(rowOfRecord({ raw: '7', line: 4 }, NAMES)).toEqual({ id: '7', city: '', note: '' });
});

test('a record that is an object is one, and what is neither cannot be told apart', () => {
  expect(rowOfRecord({ raw: '{"id":7,"city":null}', line: null }, NAMES)).toEqual({ id: 7, city: null });
  expect(rowOfRecord({ raw: '{"id":7', line: 2 }, NAMES)).toBeNull();
  expect(rowOfRecord({ raw: '7,Oslo,', line: null }, NAMES)).toBeNull();
});

test('the key of a row is what its record shows', () => {
  expect(keyOfRecord({ raw: '7,Oslo', line: 2 }, 'id', NAMES)).toBe('7');
  expect(keyOfRecord({ raw: ',Oslo,', line: 2 }, 'id', NAMES)).toBeNull();
  expect(keyOfRecord({ raw: '{"id":7}', line: null }, 'id', NAMES)).toBe('7');
  expect(keyOfRecord({ raw: '{"id":""}', line: null }, 'id', NAMES)).toBe('');
  expect(keyOfRecord({ raw: '{"id":null}', line: null }, 'id', NAMES)).toBeNull();
});
