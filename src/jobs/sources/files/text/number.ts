/** Numbers and booleans out of the bytes of a cell, without a string in between where that is exact. Pure. */
import { parseNumberText } from '../../../../serving/rows/text-values.ts';

const ZERO = 48;
const NINE = 57;
/** Powers of ten that a double holds exactly: 10^22 = 2^22 · 5^22, and 5^22 < 2^53. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** Digits of which every number is below 2^53. */
const DIGITS_EXACT = 15;

/**
 * The number in `[start, end)`, NaN where it says so; undefined where there is none. Digits and exponent that are both exact
 * in a double give the nearest double by one division (Clinger, How to read floating point numbers accurately, PLDI 1990);
 * all else is left to `numberOf`.
 */
export function numberAt(bytes: Buffer, start: number, end: number): number | undefined {
  let at = start;
  const sign = bytes[at];
  if (sign === 45 || sign === 43) at += 1;
  let digits = 0;
  let value = 0;
  let point = -1;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      if (value > 0) digits += 1;
    } else if (byte === 46 && point < 0) point = at;
    else return parseNumberText(bytes.toString('utf8', start, end));
  }
  const decimals = point < 0 ? 0 : end - point - 1;
  const written = end - start - (sign === 45 || sign === 43 ? 1 : 0) - (point < 0 ? 0 : 1);
  if (written === 0 || digits > DIGITS_EXACT || decimals > 22)
    return parseNumberText(bytes.toString('utf8', start, end));
  const magnitude = decimals === 0 ? value : value / POWERS[decimals]!;
  return sign === 45 ? -magnitude : magnitude;
}
