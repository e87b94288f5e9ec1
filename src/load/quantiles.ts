/** Quantiles of times, and how sure they are. Pure. */

/** A quantile of a sample. */
export interface Quantile {
  readonly value: number;
  /** Bounds that hold the quantile of what was sampled in 95 of 100 cases; null where so few values cannot say. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Times in milliseconds. */
export interface Latency {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: Quantile;
  readonly p999: Quantile;
  readonly max: number;
}

/** Of the standard normal distribution, for 95 of 100. */
const Z = 1.959964;

/** Nearest rank (Hyndman and Fan 1996, definition 1): the smallest value that at least `q` of all are not above. 0 of none. */
export const quantileOf = (sorted: ArrayLike<number>, q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;

/**
 * A quantile with the order statistics around it, whose ranks are `nq ± z √(nq(1 − q))` (Conover, Practical Nonparametric Statistics,
 * 1999, section 3.2). Values that hang together, as waits in one queue do, are less sure than that.
 */
function estimate(sorted: Float64Array, q: number): Quantile {
  const n = sorted.length;
  const half = Z * Math.sqrt(n * q * (1 - q));
  const [low, high] = [Math.floor(n * q - half) - 1, Math.ceil(n * q + half) - 1];
  return { value: quantileOf(sorted, q), low: sorted[low] ?? null, high: sorted[high] ?? null };
}

/** Milliseconds, in any order. */
export function latencyOf(millis: Float64Array): Latency {
  const sorted = millis.toSorted();
  const count = sorted.length;
  return {
    count,
    mean: count === 0 ? 0 : sorted.reduce((sum, value) => sum + value, 0) / count,
    ...{ p50: quantileOf(sorted, 0.5), p90: quantileOf(sorted, 0.9) },
    ...{ p99: estimate(sorted, 0.99), p999: estimate(sorted, 0.999) },
    max: sorted[count - 1] ?? 0,
  };
}

/** Means of `parts` even parts of values in their order: what a distribution is like, its tail in the last. Empty of none. */
export function evenParts(values: Float64Array, parts: number): number[] {
  const sorted = values.toSorted();
  const count = Math.min(parts, sorted.length);
  return Array.from({ length: count }, (_, part) => {
    const slice = sorted.subarray(
      Math.round((part * sorted.length) / count),
      Math.round(((part + 1) * sorted.length) / count),
    );
    return slice.reduce((sum, value) => sum + value, 0) / slice.length;
  });
}
