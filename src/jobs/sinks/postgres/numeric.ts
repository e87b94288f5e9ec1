/** Decimal numbers in the binary form of PostgreSQL's `numeric`. Pure. */

const NEGATIVE = 0x4000;
/** https://github.com/postgres/postgres/blob/REL_14_STABLE/src/backend/utils/adt/numeric.c, NUMERIC_NAN and its like. */
const SPECIAL: Readonly<Record<string, number>> = { nan: 0xc000, inf: 0xd000, '-inf': 0xf000 };
const GROUP = 4;

/**
 * Number of digits, weight, sign, scale and digits of base 10,000, most significant first, of a number as DuckDB writes it
 * (`-12.5`, `1e-07`, `inf`); each of 16 bits.
 */
export function numericDigits(text: string): readonly number[] {
  const special = SPECIAL[text];
  if (special !== undefined) return [0, 0, special, 0];
  const [, sign, before = '', after = '', exponent = '0'] = /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/.exec(text)!;
  const [whole, fraction] = shifted(before, after, Number(exponent));
  const scale = fraction.length;
  const padded =
    whole.padStart(Math.ceil(whole.length / GROUP) * GROUP, '0') +
    fraction.padEnd(Math.ceil(scale / GROUP) * GROUP, '0');
  const groups = padded.match(/\d{4}/g)?.map(Number) ?? [];
  const first = groups.findIndex((group) => group !== 0);
  if (first < 0) return [0, 0, 0, scale];
  const last = groups.findLastIndex((group) => group !== 0);
  const weight = Math.ceil(whole.length / GROUP) - 1 - first;
  const digits = groups.slice(first, last + 1);
  return [digits.length, weight, sign === '-' ? NEGATIVE : 0, scale, ...digits];
}

/** Moves the point by `exponent` places. */
function shifted(before: string, after: string, exponent: number): readonly [string, string] {
  if (exponent >= 0) return [before + after.slice(0, exponent).padEnd(exponent, '0'), after.slice(exponent)];
  const padded = before.padStart(-exponent, '0');
  return [padded.slice(0, padded.length + exponent), padded.slice(padded.length + exponent) + after];
}
