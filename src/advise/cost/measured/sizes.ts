/** Which requests a model is measured with. Pure. */
import type { OnlineCost } from '../model-cost.ts';

export interface MeasuredSizes {
  /** Rows of requests that are scored on the event loop. */
  readonly loop: readonly number[];
  /** Of those that are read there, and scored elsewhere. */
  readonly read: readonly number[];
  /** Of those that are read elsewhere as well. */
  readonly passed: readonly number[];
}

/** What is known of a version before it is measured. */
export interface SizeBounds {
  /** Rows of the largest requests that are scored on the event loop, and that are read there. */
  readonly loopRows: number;
  readonly readRows: number;
  /** Where larger ones are scored. */
  readonly away: OnlineCost['away'];
  /** Predicted microseconds and bytes of a row. */
  readonly rowMicros: number;
  readonly rowBytes: number;
}

/** A request takes about so long at most, so that a second sees enough of them. */
const MOST_MICROS = 15_000;
/** Larger bodies that are no plain numbers have the collector of their thread run after each (`serving/threads/scoring.worker.ts`). */
const MOST_BYTES = 0.9 * 2 ** 20;
const MOST_ROWS = 20_000;

/** Two sizes of each kind, as far apart as the bounds allow, and one more of those on the loop. */
export function measuredSizes({
  loopRows,
  readRows,
  rowMicros,
  rowBytes,
}: Omit<SizeBounds, 'away'>): MeasuredSizes {
  const byTime = MOST_MICROS / Math.max(rowMicros, 0.1);
  const most = Math.max(1, Math.floor(Math.min(MOST_ROWS, byTime, MOST_BYTES / rowBytes)));
  const between = (from: number, to: number): number[] => {
    const [low, high] = [Math.ceil(from), Math.floor(Math.min(to, most))];
    if (high < low) return [];
    return high < 1.2 * low ? [low] : [low, high];
  };
  // On the loop costs bend most: a body of few rows is read in another way than one of many.
  const loop = [...new Set([...between(1, 0.9 * loopRows), Math.round(0.2 * loopRows)])]
    .filter((rows) => rows >= 1)
    .toSorted((a, b) => a - b);
  const read = between(Math.max(1, 1.15 * loopRows), 0.95 * readRows);
  const passed = between(Math.max(1, 1.05 * Math.max(readRows, 1.15 * loopRows)), Number.POSITIVE_INFINITY);
  return { loop: loop.length === 0 && loopRows > 0 ? [1] : loop, read, passed };
}
