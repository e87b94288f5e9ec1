import type { RowCell } from './changed-rows.ts';
import type { SearchedColumn } from './column-choices.ts';

/** How a counterfactual was sought. */
export type CounterfactualMethod = 'box-search' | 'linear' | 'heuristic';

/** What the search for one row came to. */
export interface SearchOutcome {
  readonly method: CounterfactualMethod;
  /** The row that is answered as wanted; null where none was found. */
  readonly cells: readonly RowCell[] | null;
  /** No row that is answered as wanted is nearer; +∞ where it is proved that there is none; null where nothing is proved. */
  readonly lowerBound: number | null;
  /** Whether it is proved that no row is nearer than the one that was found, or that there is none. */
  readonly isExact: boolean;
}

/** The row to start from, and what the model answers to it: a number, or the place of a class. */
export interface SearchedRow {
  readonly cells: readonly RowCell[];
  readonly given: number;
}

/** Searches rows by what is read of a model. */
export interface RowSearcher {
  readonly columns: readonly SearchedColumn[];
  /** `starts`: rows that are answered as wanted, from which nearer ones may be found. Null where the row cannot be searched so. */
  search(row: SearchedRow, starts: readonly (readonly RowCell[])[]): SearchOutcome | null;
}
