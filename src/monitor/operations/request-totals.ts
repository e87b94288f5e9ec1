/** What a model's requests have come to since the last look, from counters that only grow. Pure. */

import { addTo, zipWith } from '../../core/vector.ts';
import { DURATION_CELLS } from '../../metrics/duration-buckets.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';

/** Of one model, all its versions together. */
export interface RequestTotals {
  /** Requests that were answered, or failed on our side. */
  readonly requests: number;
  readonly failed: number;
  /** All requests, also those that were at fault themselves. */
  readonly seen: number;
  /** Answered requests by their duration, in the cells of `metrics/duration-buckets.ts`. */
  readonly times: Float64Array;
}

export function modelTotals({ versions }: FleetLoad, model: string): RequestTotals {
  let [requests, failed, seen] = [0, 0, 0];
  const times = new Float64Array(DURATION_CELLS);
  for (const one of versions.filter((version) => version.model === model)) {
    const { ok, invalid, overloaded, error, cancelled } = one.outcomes;
    requests += ok + error + overloaded;
    failed += error + overloaded;
    seen += ok + error + overloaded + invalid + cancelled;
    addTo(times, one.times);
  }
  return { requests, failed, seen, times };
}

/** What came between two totals. Counters that fell have begun anew: all that they say now came since. */
export function totalsBetween(before: RequestTotals, now: RequestTotals): RequestTotals {
  const hasFallen = now.requests < before.requests || now.failed < before.failed || now.seen < before.seen;
  if (hasFallen) return now;
  return {
    requests: now.requests - before.requests,
    failed: now.failed - before.failed,
    seen: now.seen - before.seen,
    times: zipWith(now.times, before.times, (count, then) => Math.max(0, count - then)),
  };
}
