import { expect, it } from 'vitest';
import { plainPattern } from './pattern.ts';

it.each([
  ['^[A-Z]{2}\\d+$', 'AB12', true],
  ['^[A-Z]{2}\\d+$', 'AB', false],
  ['a.c|x\\.y', 'x.y', true],
  ['(?:ab|cd)e?', 'zcd', true],
  ['.*west.*', 'north-west', true],
])('the plain pattern %s meets %s: %s', (pattern, text, wanted) => {
  expect(plainPattern(pattern)?.test(text)).toBe(wanted);
});

it.each(['(a+)+', '(a|b)*', '(?:x){2,}', 'a*b*c*', '(?=a)', '\\1', '[', 'a'.repeat(201)])(
  '%.20s is not plain',
  (pattern) => {
    expect(plainPattern(pattern)).toBeNull();
  },
);
