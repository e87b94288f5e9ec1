/** What the prediction log keeps of an explanation, a note a row. */
import { type ExplanationNotes, writeNote } from '../../capture/explanation-note.ts';
import { numberBytes } from '../../capture/number-bytes.ts';
import { sha256Hex } from '../../core/sha256.ts';
import { NO_TEMPLATES } from '../../explain/reasons/reason-templates.ts';
import { type RowReason, rowReasons, USUAL_REASONS } from '../../explain/reasons/row-reasons.ts';
import type { Batch } from '../../model/batch.ts';
import { type ExplainedRows, explainedRowCount } from './explained-rows.ts';
import { explanationProvenance } from './forms.ts';
import type { ExplainOrder } from './messages.ts';

/** Reasons of a row that are kept. */
const MOST_KEPT = 10;

type Explained = Omit<ExplainedRows, 'reasons'> & { readonly batch: Batch };

/** Reasons of each row in the words that its version declares. */
export const reasonsIn = (
  {
    explainer,
    attributions,
    manifest,
    batch,
  }: Pick<Explained, 'explainer' | 'attributions' | 'manifest' | 'batch'>,
  count: number | null,
): readonly (readonly RowReason[])[] => {
  const { signature, reasons: templates = NO_TEMPLATES } = manifest;
  return rowReasons({ explainer, attributions, batch, signature, templates }, count ?? USUAL_REASONS);
};

/** Notes of those rows of a request that were explained and are to be captured, by their place in it. */
export function explanationNotes(
  explained: Explained,
  { output, method, top, noted }: Pick<ExplainOrder, 'output' | 'method' | 'top' | 'noted'>,
  reasons: readonly (readonly RowReason[])[] | null,
): ExplanationNotes {
  const { explainer, manifest, places } = explained;
  if (noted.length === 0) return {};
  const wanted = new Set(noted);
  const { model, background } = explanationProvenance(explainer, manifest);
  const ask = { output, method, top, reasons: reasons !== null };
  const kept = reasonsIn(explained, Math.min(MOST_KEPT, top ?? USUAL_REASONS));
  const notes: Record<number, string> = {};
  for (let row = 0; row < explainedRowCount({ ...explained, reasons }); row++) {
    const place = places === null ? row : places.at[row];
    if (place === undefined || !wanted.has(place)) continue;
    notes[place] = writeNote({
      ...{ ask, method: explainer.method, output: explainer.output, model: model.digest },
      background: background?.digest ?? null,
      digest: rowDigest(explained, row),
      reasons: kept[row] ?? [],
    });
  }
  return notes;
}

/** sha256 of what the columns of a row add to each of its scores. */
export function rowDigest(
  { explainer, attributions }: Pick<Explained, 'explainer' | 'attributions'>,
  row: number,
): string {
  const width = explainer.features.length * explainer.baseValues.length;
  const cells = attributions.values.slice(row * width, (row + 1) * width);
  return sha256Hex(numberBytes(cells));
}
