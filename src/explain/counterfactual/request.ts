import type { Batch } from '../../model/batch.ts';
import type { ColumnRules } from './column-rules.ts';

/** Work that one row is given: nodes of trees, or rows that are predicted. */
export const USUAL_BUDGET = 2e8;

/** What is asked of counterfactuals. */
export interface CounterfactualRequest {
  /** A class, `>=N` or `<=N`; of a classifier any other class where it is not said. */
  readonly wanted: string | undefined;
  readonly rules: ColumnRules;
  /** Rows that say how far columns spread. */
  readonly background: Batch | null;
  /** Most work for one row. */
  readonly budget: number;
}
