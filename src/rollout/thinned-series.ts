/**
 * A curve that grows without end and is kept in bounded room: evenly thinned, so that its beginning is as fine as its end.
 * Pure.
 */

export interface ThinnedSeries<T> {
  /** Each stands for `stride` values, the last for as many as have come since the one before it. */
  readonly points: readonly T[];
  readonly stride: number;
  /** Values that the last point stands for. */
  readonly filled: number;
}

export const NO_POINTS: ThinnedSeries<never> = { points: [], stride: 1, filled: 0 };

/**
 * The series with one value more, of at most `most` points (two or more). Two that share a place are told as one by `merged`,
 * the earlier first. The same values give the same series, whoever adds them and when.
 */
export function addToSeries<T>(
  { points, stride, filled }: ThinnedSeries<T>,
  value: T,
  most: number,
  merged: (earlier: T, later: T) => T,
): ThinnedSeries<T> {
  const last = points.at(-1);
  if (last !== undefined && filled < stride)
    return { points: points.with(-1, merged(last, value)), stride, filled: filled + 1 };
  if (points.length < most) return { points: [...points, value], stride, filled: 1 };
  const halves = points
    .filter((_, k) => k % 2 === 0)
    .map((point, k) => {
      const other = points[2 * k + 1];
      return other === undefined ? point : merged(point, other);
    });
  const isOdd = points.length % 2 === 1;
  const thinned = { points: halves, stride: 2 * stride, filled: isOdd ? stride : 2 * stride };
  return addToSeries(thinned, value, most, merged);
}
