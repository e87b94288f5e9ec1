/** What is too much to be explained within one answer. Pure. */
import type { ExplanationSettings } from '../../config/explanation-settings.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import { rowWidth } from '../../model/row-width.ts';
import type { ExplainedRows } from './explained-rows.ts';
import type { MissingExplanation } from './explanation-outcome.ts';

/** Numbers that an explanation may hold for each cell that may be explained. */
const NUMBERS_A_CELL = 10;

/** Why these rows are not explained; null where they are not too many. */
export function tooLargeToExplain(
  batch: Batch,
  model: string,
  { maxCells: limit }: Pick<ExplanationSettings, 'maxCells'>,
): MissingExplanation | null {
  const { rows } = batch;
  const columns = rowWidth(batch);
  if (rows * columns <= limit) return null;
  const error = new PlimsollError('EXPLANATION_LARGE', { model, rows, columns, limit });
  return { kind: 'missing', error };
}

/** What is told of the attributions of some rows. */
interface ToldNumbers extends Pick<ExplainedRows, 'top' | 'scores'> {
  readonly explainer: Pick<ExplainedRows['explainer'], 'features' | 'baseValues'>;
  readonly batch: Batch;
}

/**
 * Throws EXPLANATION_LARGE for more numbers than the loop that answers predictions can take in and send on beside them: a cell adds to
 * as many scores as the model has.
 */
export function checkToldNumbers(
  { explainer: { features, baseValues }, batch: { rows }, top, scores }: ToldNumbers,
  model: string,
  maxCells: number,
): void {
  const columns = Math.min(top ?? features.length, features.length);
  const told = scores === null ? baseValues.length : scoresTold(scores, baseValues.length);
  const limit = Math.min(maxCells, Math.floor((NUMBERS_A_CELL * maxCells) / Math.max(1, told)));
  if (told > NUMBERS_A_CELL && rows * columns > limit)
    throw new PlimsollError('EXPLANATION_LARGE', { model, rows, columns, limit });
}

function scoresTold(choice: NonNullable<ExplainedRows['scores']>, all: number): number {
  if ('indices' in choice) return Math.min(choice.indices.length, all);
  return choice.topK < 0 ? all : Math.min(choice.topK, all);
}
