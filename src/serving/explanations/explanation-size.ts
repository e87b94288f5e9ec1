/** What is too much to be explained within one answer. Pure. */
import type { ExplanationSettings } from '../../config/explanation-settings.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import type { MissingExplanation } from './explanation-outcome.ts';

/** Why these rows are not explained; null where they are not too many. */
export function tooLargeToExplain(
  batch: Batch,
  model: string,
  { maxCells: limit }: Pick<ExplanationSettings, 'maxCells'>,
): MissingExplanation | null {
  const { rows } = batch;
  const columns = columnsIn(batch);
  if (rows * columns <= limit) return null;
  const error = new PlimsollError('EXPLANATION_LARGE', { model, rows, columns, limit });
  return { kind: 'missing', error };
}

/** Columns of a row; of tensors its elements. */
function columnsIn(batch: Batch): number {
  if (batch.kind === 'matrix') return batch.width;
  if (batch.kind === 'table') return batch.columns.length;
  const elements = Object.values(batch.tensors).reduce((sum, { data }) => sum + data.length, 0);
  return Math.ceil(elements / Math.max(1, batch.rows));
}
