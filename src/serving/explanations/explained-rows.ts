/** Rows with their attributions, on their way into an answer. Pure. */
import type { Attributions, Explainer } from '../../explain/explanation.ts';
import type { RowReason } from '../../explain/reasons/row-reasons.ts';
import type { BundleManifest } from '../../registry/version.ts';
import type { ScoreChoice } from './explanation-ask.ts';
import type { RowPlaces } from './messages.ts';

/** What is known of rows once they are explained. */
export interface ExplainedRows {
  readonly explainer: Omit<Explainer<never>, 'explain'>;
  readonly attributions: Attributions;
  readonly manifest: BundleManifest;
  /** Columns of each row to name; null for all. */
  readonly top: number | null;
  /** Of each row the first reasons, in words; null where none are told. */
  readonly reasons: readonly (readonly RowReason[])[] | null;
  readonly scores: ScoreChoice | null;
  readonly places: RowPlaces | null;
}

/** What the columns of a row add to one of its scores. */
export function scoreAttributions(
  { explainer: { features, baseValues }, attributions: { values } }: ExplainedRows,
  row: number,
  score: number,
): Float64Array {
  const from = (row * baseValues.length + score) * features.length;
  return values.subarray(from, from + features.length);
}

/** Rows that were explained. */
export function explainedRowCount({
  explainer: { features, baseValues },
  attributions,
}: ExplainedRows): number {
  const width = features.length * baseValues.length;
  return width === 0 ? 0 : attributions.values.length / width;
}
