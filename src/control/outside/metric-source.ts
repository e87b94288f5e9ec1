import type { Sample } from './counters.ts';

/** Something that keeps what servers elsewhere count. */
export interface MetricSource {
  readonly id: string;
  /**
   * Counters of every version of a model as they were at a moment, in milliseconds since the epoch, which has passed.
   * Throws EVIDENCE_UNREACHABLE.
   */
  counters(model: string, at: number): Promise<readonly Sample[]>;
}
