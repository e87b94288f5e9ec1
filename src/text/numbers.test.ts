import { expect, test } from 'vitest';
import { countText } from './count.ts';
import { grouped, numberText } from './numbers.ts';
import { percent } from './percent.ts';

test('digits stand in groups of three, those of a fraction do not', () => {
  expect([7, 1203, -1_234_567, 1203.5678, '9007199254740993'].map(grouped)).toEqual([
    ...['7', '1,203', '-1,234,567', '1,203.5678', '9,007,199,254,740,993'],
  ]);
});

test('a number has six digits at most', () => {
  expect([72_000, 0.0314, 1.2e-9, 1234.56789, 1e9].map(numberText)).toEqual([
    ...['72,000', '0.0314', '1.2e-9', '1,234.57', '1000000000'],
  ]);
});

test('a share has as many digits as count', () => {
  expect([0, 0.00754, 0.123, 0.99999, 1].map((share) => percent(share))).toEqual([
    ...['0 %', '0.754 %', '12.3 %', '100 %', '100 %'],
  ]);
  expect(percent(0.12345, 2)).toBe('12 %');
});

test('one thing is singular, none and a fraction are not', () => {
  expect([1, 0, 1200, 0.15].map((n) => countText(n, 'row'))).toEqual([
    '1 row',
    '0 rows',
    '1,200 rows',
    '0.15 rows',
  ]);
  expect(countText(2, 'entry', 'entries')).toBe('2 entries');
});
