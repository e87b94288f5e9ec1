/** Neighbours of floating-point numbers: the places where comparisons go wrong. */

const view = new DataView(new ArrayBuffer(8));

/** The next float64 above `x`; +∞ and NaN stay. */
export function nextUp(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x === 0) return Number.MIN_VALUE;
  view.setBigInt64(0, bitsOf(x) + (x > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

function bitsOf(x: number): bigint {
  view.setFloat64(0, x);
  return view.getBigInt64(0);
}

/** The next float64 below `x`; −∞ and NaN stay. */
export const nextDown = (x: number): number => -nextUp(-x);

/** The next float32 above `Math.fround(x)`. */
export function nextUp32(x: number): number {
  const rounded = Math.fround(x);
  if (Number.isNaN(rounded) || rounded === Infinity) return rounded;
  if (rounded === 0) return 2 ** -149;
  view.setFloat32(0, rounded);
  view.setInt32(0, view.getInt32(0) + (rounded > 0 ? 1 : -1));
  return view.getFloat32(0);
}

/** The next float32 below `Math.fround(x)`. */
export const nextDown32 = (x: number): number => -nextUp32(-x);

const half = new DataView(new ArrayBuffer(2));

/** The number that binary16 bits stand for. */
export function halfToNumber(bits: number): number {
  half.setUint16(0, bits);
  return half.getFloat16(0);
}

/** The binary16 bits of a number, rounded to nearest even. */
export function halfBits(number: number): number {
  half.setFloat16(0, number);
  return half.getUint16(0);
}

/** Distance in units in the last place between two float64 (0 for equal, NaN pairs and ±0). */
export function ulpDistance(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  return Number(abs(ordinal(a) - ordinal(b)));
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n);

/** Monotone integer image of a float64: neighbours differ by one. */
function ordinal(x: number): bigint {
  const bits = bitsOf(x);
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
}
