/** A moment at which something changed, on what is drawn over time. Pure. */
export interface ChartMark {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly short: string;
}

/** Where it lies, from 0 at the beginning of the first moment to 1 at the end of the last. */
export function markPlace({ at }: ChartMark, times: readonly number[]): number {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const step = times.length < 2 ? 1 : (last - first) / (times.length - 1);
  return Math.min(1, Math.max(0, (at - first) / (last - first + step)));
}
