/**
 * The number with the fewest decimals between `nearest` and `furthest`, both inside; of several the one that is nearest to `nearest`.
 */
export function readableNumber(nearest: number, furthest: number): number {
  const [low, high] = nearest <= furthest ? [nearest, furthest] : [furthest, nearest];
  if (low <= 0 && high >= 0) return 0;
  const most = Math.max(Math.abs(low), Math.abs(high));
  for (let exponent = Math.ceil(Math.log10(most)); exponent > -324; exponent--) {
    const found = multipleBetween(nearest, exponent, low, high);
    if (found !== null) return found;
    if (exponent < Math.log10(most) - 17) break;
  }
  return nearest;
}

/** The multiple of a power of ten between two numbers that is nearest to one of them; null where there is none. */
function multipleBetween(nearest: number, exponent: number, low: number, high: number): number | null {
  const count = exponent < 0 ? nearest * 10 ** -exponent : nearest / 10 ** exponent;
  if (!Number.isFinite(count)) return null;
  const around = nearest === low ? Math.ceil(count) : Math.floor(count);
  // The product is rounded: the next one may be the one.
  for (const multiple of nearest === low ? [around, around + 1] : [around, around - 1]) {
    const value = Number(`${multiple}e${exponent}`);
    if (value >= low && value <= high) return value;
  }
  return null;
}
