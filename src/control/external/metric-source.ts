import type { CounterSample } from './counter-deltas.ts';

/** Something that keeps what servers elsewhere count. */
export interface MetricSource {
  readonly id: string;
  /**
   * Counters of every version of a model as they were at a moment, in milliseconds since the epoch, which has passed.
   * Throws EVIDENCE_UNREACHABLE.
   */
  counters(model: string, at: number): Promise<readonly CounterSample[]>;
  /**
   * Series of a model that were there at some time in the day before a moment. One that is missing for a while and comes back
   * has counted on: it has not begun. Throws EVIDENCE_UNREACHABLE.
   */
  seriesUntil(model: string, at: number): Promise<ReadonlySet<string>>;
}
