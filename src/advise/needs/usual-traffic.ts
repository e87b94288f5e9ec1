/** What counted requests say of a case: how many there are while there is traffic, at the peak, and for how many hours of a day. Pure. */
import { DAY_SECONDS } from './quantity.ts';

/** Requests of a part of the time. */
export interface CountedRequests {
  readonly requests: number;
}

export interface UsualTraffic {
  /** Requests a second, on average over the hours with traffic. */
  readonly rate: number;
  /** In the busiest part. */
  readonly peak: number;
  /** Milliseconds of a day. */
  readonly hours: number;
}

/** Fewer say nothing of what is usual. */
const FEWEST = 100;
/** The busiest parts that hold so many of the requests are the hours with traffic: somebody who tries something at night makes none. */
const SHARE = 0.99;

/** Null where too few requests were counted. `step`: milliseconds of a part; `length`: of all of them, those without any request included. */
export function usualTraffic(
  parts: readonly CountedRequests[],
  step: number,
  length: number,
): UsualTraffic | null {
  const counts = parts.map(({ requests }) => requests).sort((a, b) => b - a);
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all < FEWEST) return null;
  let [held, busy] = [0, 0];
  for (const count of counts) {
    if (held >= SHARE * all) break;
    held += count;
    busy += 1;
  }
  const seconds = (busy * step) / 1000;
  const share = Math.min(1, (busy * step) / Math.max(length, busy * step));
  return {
    rate: held / seconds,
    peak: ((counts[0] ?? 0) * 1000) / step,
    hours: share * DAY_SECONDS * 1000,
  };
}
