/** Vectors of numbers, element by element. Those that are put together are equally long. Pure. */

/** f(aᵢ, bᵢ) of each two elements. */
export function zipWith(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  of: (a: number, b: number) => number,
): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = of(a[i]!, b[i]!);
  return result;
}

/** Σ wᵢ xᵢ, added from the first to the last. */
export function weightedSum(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i]! * values[i]!;
  return sum;
}

/** Adds each value to the sum in its place. */
export function addTo(sums: Float64Array, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) sums[i]! += values[i]!;
}

/** Adds to the sum in one place. */
export function addAt(sums: Float64Array | Uint32Array | number[], index: number, amount = 1): void {
  sums[index]! += amount;
}

/** How often each whole number from 0 up to `width` is there: NumPy's `bincount`. */
export function binCounts(values: Uint8Array, width: number): Float64Array {
  const counts = new Float64Array(width);
  for (let i = 0; i < values.length; i++) counts[values[i]!]!++;
  return counts;
}

/** The values at those indices, in their order: NumPy's `take`. */
export const take = (values: ArrayLike<number>, indices: ArrayLike<number>): Float64Array =>
  takeInto(new Float64Array(indices.length), values, indices);

/** Writes the values at those indices, in their order. */
export function takeInto<T extends Float64Array | Uint32Array | Uint8Array>(
  target: T,
  values: ArrayLike<number>,
  indices: ArrayLike<number>,
): T {
  for (let i = 0; i < indices.length; i++) target[i] = values[indices[i]!]!;
  return target;
}
