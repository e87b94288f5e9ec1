import { isPlimsollError } from '../core/errors.ts';
import { explainModel } from '../explain/explain-model.ts';
import type { Explainer, ExplanationMethod } from '../explain/explanation.ts';
import { thinnedRows } from '../explain/row-game.ts';
import type { Batch, ColumnBatch } from '../model/batch.ts';
import { type AttributionShift, attributionShift } from './attribution-shift.ts';
import { type MeanAttributions, meanAttributions } from './mean-attributions.ts';
import type { WeighedModel } from './weighed-model.ts';

/** Rows that stand for columns that are not known, where rows of the same file have to. */
const OWN_BACKGROUND = 100;
/** Rows that a model is asked at most for attributions of all rows, where it is asked about coalitions. */
const ASKED_ROWS = 2 ** 24;
/** And for one of them of itself: a mean takes many rows rather than exact ones. */
const USUAL_ROWS = 2 ** 17;
/** Attributions that are kept at most of rows that are compared. */
const KEPT_CELLS = 2 ** 23;

/** What is asked about the attributions of rows. */
export interface AttributionChoice {
  /** Output to explain; the usual one of the model where it is not said. */
  readonly output?: string | undefined;
  readonly method?: ExplanationMethod | undefined;
  readonly background: Batch | null;
  readonly seed: number;
  /** Rows whose attributions those are compared with. */
  readonly reference?: ColumnBatch | undefined;
}

/** Attributions of many rows, and how they were made. */
export interface AttributedRows extends MeanAttributions {
  readonly explainer: Omit<Explainer<never>, 'explain'>;
  /** Whether some of the rows themselves, or of the reference, stood for columns that are not known. */
  readonly isOwnBackground: boolean;
  /** How far they are from those of the reference, where there is one. */
  readonly shift: (AttributionShift & { readonly reference: MeanAttributions }) | null;
}

/**
 * Mean attributions of rows; of fewer rows, evenly, where the model is asked about coalitions and they would be too many. Without a
 * background by paths, where the model has them, else against some of the rows, or of those that they are compared with. Errors:
 * EXPLANATION_UNFIT, those of a prediction.
 */
export async function attributedRows(
  model: WeighedModel,
  choice: AttributionChoice,
): Promise<AttributedRows> {
  const { rows, onProgress } = model;
  const { reference = null, seed } = choice;
  const { explainer, isOwnBackground } = await chosenExplainer({ ...model, rows: reference ?? rows }, choice);
  const columns = explainer.features.length;
  const most = mostRows(explainer, reference !== null);
  const measured = async (batch: ColumnBatch, text: string): Promise<MeasuredRows> => {
    const taken = thinnedRows(batch, most);
    const sizes = reference === null ? null : new Float64Array(taken.rows * columns);
    const told = (done: number): void => onProgress(text, done / taken.rows);
    return { mean: await meanAttributions(explainer, taken, told, sizes), sizes };
  };
  const now = await measured(rows, 'explaining');
  const made = { ...now.mean, explainer, isOwnBackground };
  if (reference === null || now.sizes === null) return { ...made, shift: null };
  const then = await measured(reference, 'explaining the reference');
  const sizesOf = ({ mean, sizes }: MeasuredRows) => ({
    rows: mean.rows,
    sizes: sizes ?? new Float64Array(mean.rows * columns),
  });
  const shift = attributionShift(sizesOf(now), sizesOf(then), columns, seed);
  return { ...made, shift: { ...shift, reference: then.mean } };
}

interface MeasuredRows {
  readonly mean: MeanAttributions;
  readonly sizes: Float64Array | null;
}

/** Rows that are explained at most, by what asking and keeping them takes. */
function mostRows({ sampling, features }: Explainer<Batch>, isCompared: boolean): number {
  const { evaluations = 0, backgroundRows = 1 } = sampling ?? {};
  const asked = evaluations === 0 ? Number.POSITIVE_INFINITY : ASKED_ROWS / (evaluations * backgroundRows);
  const kept = isCompared ? KEPT_CELLS / features.length : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(Math.min(asked, kept)));
}

async function chosenExplainer(
  model: WeighedModel,
  choice: AttributionChoice,
): Promise<{ readonly explainer: Explainer<Batch>; readonly isOwnBackground: boolean }> {
  try {
    return {
      explainer: await explainModel(model, { ...choice, usualRows: USUAL_ROWS }),
      isOwnBackground: false,
    };
  } catch (error) {
    const isUnfit = isPlimsollError(error) && error.code === 'EXPLANATION_UNFIT';
    if (!isUnfit || choice.background !== null || choice.method === 'tree-path-dependent') throw error;
    const background = thinnedRows(model.rows, OWN_BACKGROUND);
    return {
      explainer: await explainModel(model, { ...choice, background, usualRows: USUAL_ROWS }),
      isOwnBackground: true,
    };
  }
}
