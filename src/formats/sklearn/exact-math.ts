/**
 * Correctly rounded log and exp by fixed-point arithmetic. JavaScript's own may be one ulp off, and a boosting model
 * adds its first score to every answer: it has to have the library's bits (glibc and numpy round these correctly in
 * all but about one of a thousand cases).
 */
const BITS = 192n;
const ONE = 1n << BITS;

/** 2·atanh(z) for |z| ≤ 1/3, by its series. */
function doubleAtanh(z: bigint): bigint {
  const square = (z * z) >> BITS;
  let power = z;
  let sum = 0n;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = (power * square) >> BITS;
  }
  return 2n * sum;
}

const LN2 = doubleAtanh(ONE / 3n);

/** A finite double as a fixed-point number. */
function toFixed(x: number): bigint {
  let exponent = 0;
  let mantissa = x;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1;
  }
  return (BigInt(mantissa) << BITS) >> BigInt(exponent);
}

/** BigInt to Number rounds to nearest even; the scaling is exact. */
const toDouble = (fixed: bigint): number => Number(fixed) * 2 ** -Number(BITS);

function fixedLog(x: number): bigint {
  let exponent = 0n;
  let mantissa = x;
  for (; mantissa >= 2; exponent += 1n) mantissa /= 2;
  for (; mantissa < 1; exponent -= 1n) mantissa *= 2;
  const m = toFixed(mantissa);
  return doubleAtanh(((m - ONE) << BITS) / (m + ONE)) + exponent * LN2;
}

/** Natural logarithm of a positive finite number, correctly rounded. */
export const exactLog = (x: number): number => (x > 0 && x < Infinity ? toDouble(fixedLog(x)) : Math.log(x));

/** log(1 + x) for |x| below 1, correctly rounded: 2·atanh(x / (2 + x)). */
export function exactLog1p(x: number): number {
  if (!(x > -1 && x < 1)) return Math.log1p(x);
  const fixed = toFixed(x);
  return toDouble(doubleAtanh((fixed << BITS) / (fixed + 2n * ONE)));
}

/** e^x for |x| below 700, correctly rounded. */
export function exactExp(x: number): number {
  if (!(Math.abs(x) < 700)) return Math.exp(x);
  const fixed = toFixed(x);
  const halvings = fixed / LN2;
  const rest = fixed - halvings * LN2;
  let term = ONE;
  let sum = 0n;
  for (let n = 1n; term !== 0n && term !== -1n; n += 1n) {
    sum += term;
    term = (term * rest) / (n * ONE);
  }
  return toDouble(sum) * 2 ** Number(halvings);
}
