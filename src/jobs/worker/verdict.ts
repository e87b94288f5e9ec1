import type { RowOutcome } from '../../scorer/scorer.ts';

/** Why a row of the chunk has no answer. */
export interface RowVerdict {
  /** Of the relation, from 0. */
  readonly row: number;
  readonly outcome: Exclude<RowOutcome, 'ok'>;
  readonly code: string;
  readonly column: string | null;
  readonly reason: string;
}
