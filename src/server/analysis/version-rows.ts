import { PlimsollError } from '../../core/errors.ts';
import type { ColumnBatch } from '../../model/batch.ts';
import type { ExplainedBundle } from '../../registry/explained-bundle.ts';

/** The rows that a version keeps; null where it keeps none, or such as have no columns. */
export function rowsOfVersion({
  background,
  manifest,
}: ExplainedBundle): { readonly of: 'background' | 'reference'; readonly rows: ColumnBatch } | null {
  if (background === null || background.kind === 'tensors' || manifest.background === undefined) return null;
  return { of: manifest.background.of, rows: background };
}

export const noRows = (model: string): PlimsollError =>
  new PlimsollError('EXPLANATION_UNFIT', {
    model,
    reason: 'there are no rows to look at: none came with the version, and the log has none that it answered',
    way: 'Push the version with --background rows.csv, or look again when it has answered requests that are captured',
  });
