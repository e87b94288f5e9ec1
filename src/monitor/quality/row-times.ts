/** Times of rows that cannot be: earlier than those before, or yet to come. Pure. */

export interface RowTimesState {
  /** Greatest time until now; null: there was none. */
  readonly latest: number | null;
  readonly backwards: number;
  readonly firstBackwards: number;
  readonly future: number;
  readonly firstFuture: number;
  readonly rows: number;
}

export const NO_ROW_TIMES: RowTimesState = {
  latest: null,
  backwards: 0,
  firstBackwards: -1,
  future: 0,
  firstFuture: -1,
  rows: 0,
};

/** Clocks of many machines differ by less, in milliseconds; and rows of one moment come in any order. */
const FUTURE_TOLERANCE_MS = 300_000;
const BACKWARDS_TOLERANCE_MS = 60_000;

export function checkRowTimes(
  before: RowTimesState,
  times: Float64Array,
  from: number,
  now: number | null,
): RowTimesState {
  const found = { ...before };
  for (let i = 0; i < times.length; i++) {
    const at = times[i]!;
    if (Number.isNaN(at)) continue;
    found.rows++;
    if (now !== null && at > now + FUTURE_TOLERANCE_MS) {
      found.future++;
      if (found.firstFuture < 0) found.firstFuture = from + i;
      // What lies in the future is no measure for those that follow.
      continue;
    }
    if (found.latest !== null && at < found.latest - BACKWARDS_TOLERANCE_MS) {
      found.backwards++;
      if (found.firstBackwards < 0) found.firstBackwards = from + i;
    }
    if (found.latest === null || at > found.latest) found.latest = at;
  }
  return found;
}
