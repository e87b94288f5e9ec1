/**
 * Why a request was not served, in the order in which they are counted: `queue`, too much predicted work was ahead of it;
 * `loop_delay`, the event loop was late; `deadline`, its deadline could not be met; `stale`, it had waited too long when its
 * turn came; `expired`, its deadline had passed by then; `abandoned`, its client had left by then.
 */
import { addAt } from '../../core/vector.ts';

export const SHED_REASONS = ['queue', 'loop_delay', 'deadline', 'stale', 'expired', 'abandoned'] as const;
export type ShedReason = (typeof SHED_REASONS)[number];

/** Requests of one endpoint that were shed. */
export class ShedCounters {
  readonly endpoint: string;
  /** In the order of `SHED_REASONS`. */
  readonly counts = new Float64Array(SHED_REASONS.length);

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  count(reason: ShedReason): void {
    addAt(this.counts, SHED_REASONS.indexOf(reason));
  }
}
