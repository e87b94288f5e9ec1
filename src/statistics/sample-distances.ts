/** Sorted samples, distribution functions and ranks. Pure. */

/** A sorted copy. */
export const sorted = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

/** A value that occurs in either of two samples, with how often it does in each and how many lie at or below it. */
export interface PooledValue {
  readonly value: number;
  readonly inX: number;
  readonly inY: number;
  readonly belowX: number;
  readonly belowY: number;
}

/** The different values of two sorted samples, ascending. */
export function* pooledValues(x: Float64Array, y: Float64Array): Generator<PooledValue> {
  let i = 0;
  let j = 0;
  for (;;) {
    const [nextX, nextY] = [x[i], y[j]];
    const value = nextY === undefined || (nextX !== undefined && nextX <= nextY) ? nextX : nextY;
    if (value === undefined) return;
    const [fromI, fromJ] = [i, j];
    while (i < x.length && x[i] === value) i++;
    while (j < y.length && y[j] === value) j++;
    yield { value, inX: i - fromI, inY: j - fromJ, belowX: i, belowY: j };
  }
}

/** The greatest distance between the distribution functions of two sorted samples: Kolmogorov and Smirnov's D. */
export function kolmogorovSmirnovDistance(x: Float64Array, y: Float64Array): number {
  let greatest = 0;
  for (const { belowX, belowY } of pooledValues(x, y)) {
    greatest = Math.max(greatest, Math.abs(belowX / x.length - belowY / y.length));
  }
  return greatest;
}

/** ∫ |F − G|^power, between the distribution functions of two sorted samples. */
function distanceIntegral(x: Float64Array, y: Float64Array, power: 1 | 2): number {
  let total = 0;
  let before: PooledValue | undefined;
  for (const step of pooledValues(x, y)) {
    if (before) {
      const gap = Math.abs(before.belowX / x.length - before.belowY / y.length);
      if (gap > 0) total += (power === 1 ? gap : gap * gap) * (step.value - before.value);
    }
    before = step;
  }
  return total;
}

/** Wasserstein's first distance: how far the mass of one sample must be moved on average to become the other. */
export const wasserstein = (x: Float64Array, y: Float64Array): number => distanceIntegral(x, y, 1);

/** The energy distance of Székely and Rizzo: √(2 ∫ (F − G)²). */
export const energyDistance = (x: Float64Array, y: Float64Array): number =>
  Math.sqrt(2) * Math.sqrt(distanceIntegral(x, y, 2));
