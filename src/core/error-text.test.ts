import { expect, test } from 'vitest';
import { errorNameOf, messageOf, systemCodeOf } from './error-text.ts';

test('an error of the system says its message, its name and its code', () => {
  const error = Object.assign(new TypeError('no such file'), { code: 'ENOENT' });
  expect([messageOf(error), errorNameOf(error), systemCodeOf(error)]).toEqual([
    'no such file',
    'TypeError',
    'ENOENT',
  ]);
});

test('what is thrown and is no error says itself', () => {
  expect([messageOf('enough'), messageOf(undefined), messageOf(null)]).toEqual([
    'enough',
    'undefined',
    'null',
  ]);
  expect([errorNameOf('enough'), systemCodeOf(undefined)]).toEqual([undefined, undefined]);
});

test('a code that is a number is no code of the system', () => {
  expect(systemCodeOf(Object.assign(new Error('stopped'), { code: 20 }))).toBeUndefined();
});
