import type { Batch, Outputs } from '../../model/batch.ts';
import { pickRows } from '../../model/slice.ts';
import type { ExplainedPlaces, ResponseOptions } from '../protocol.ts';
import type { RowPlaces } from './messages.ts';

/** Rows of a request whose answers are to be explained. */
export interface RowsToExplain {
  readonly batch: Batch;
  /** Where they stand among all rows of the request; null where they are all. */
  readonly places: RowPlaces | null;
}

/** Of an answered request the rows that are to be explained; null where none are. Throws what `explainedPlaces` throws. */
export function rowsToExplain(
  batch: Batch,
  outputs: Outputs,
  options: ResponseOptions,
  explainedPlaces: ExplainedPlaces | null,
): RowsToExplain | null {
  const at = explainedPlaces?.(outputs, batch.rows, options) ?? null;
  if (at === null) return { batch, places: null };
  return at.length === 0 ? null : { batch: pickRows(batch, at), places: { at, of: batch.rows } };
}
