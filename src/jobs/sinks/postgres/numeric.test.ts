import { describe, expect, test } from 'vitest';
import { numericDigits } from './numeric.ts';

/** The digits as a number's text, by the rule of the form: digit i counts 10,000^(weight - i). */
function numberOf([count, weight, sign, scale, ...digits]: readonly number[]): string {
  expect(digits).toHaveLength(count!);
  let scaled = 0n;
  for (const [i, digit] of digits.entries()) {
    const power = 4 * (weight! - i) + 400;
    scaled += BigInt(digit) * 10n ** BigInt(power);
  }
  const text = String(scaled).padStart(401, '0');
  const fraction = text.slice(-400).slice(0, scale);
  expect(text.slice(-400).slice(scale)).toMatch(/^0*$/);
  return `${sign === 0x4000 ? '-' : ''}${text.slice(0, -400)}${fraction === '' ? '' : `.${fraction}`}`;
}

describe('a decimal number in binary form', () => {
  test.each([
    ['0', '0'],
    ['0.00', '0.00'],
    ['1', '1'],
    ['-1', '-1'],
    ['9999', '9999'],
    ['10000', '10000'],
    ['12345678.9', '12345678.9'],
    ['100000000', '100000000'],
    ['0.0001', '0.0001'],
    ['0.00001', '0.00001'],
    ['-0.5', '-0.5'],
    ['1e-07', '0.0000001'],
    ['1.5e+20', '150000000000000000000'],
    ['-2.25e-3', '-0.00225'],
    ['1234567890123456789012345678.0123456789', '1234567890123456789012345678.0123456789'],
  ])('is the same number: %s', (text, wanted) => {
    const digits = numericDigits(text);
    expect(numberOf(digits)).toBe(wanted);
    // Neither begins nor ends in a digit that is 0.
    expect(digits[4]).not.toBe(0);
    expect(digits.length > 4 ? digits.at(-1) : 1).not.toBe(0);
  });

  test('may be none', () => {
    expect(
      [numericDigits('nan'), numericDigits('inf'), numericDigits('-inf')].map((digits) => digits[2]),
    ).toEqual([0xc000, 0xd000, 0xf000]);
  });
});
