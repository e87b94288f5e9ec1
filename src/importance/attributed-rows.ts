import { isPlimsollError } from '../core/errors.ts';
import { explainModel } from '../explain/explain-model.ts';
import type { Explainer, ExplanationMethod } from '../explain/explanation.ts';
import { thinnedRows } from '../explain/row-game.ts';
import type { Batch } from '../model/batch.ts';
import { type MeanAttributions, meanAttributions } from './mean-attributions.ts';
import type { WeighedModel } from './weighed-model.ts';

/** Rows that stand for columns that are not known, where rows of the same file have to. */
const OWN_BACKGROUND = 100;
/** Rows that a model is asked at most for attributions of all rows, where it is asked about coalitions. */
const ASKED_ROWS = 2 ** 24;

/** What is asked about the attributions of rows. */
export interface AttributionChoice {
  /** Output to explain; the usual one of the model where it is not said. */
  readonly output?: string | undefined;
  readonly method?: ExplanationMethod | undefined;
  readonly background: Batch | null;
  readonly seed: number;
}

/** Attributions of many rows, and how they were made. */
export interface AttributedRows extends MeanAttributions {
  readonly explainer: Omit<Explainer<never>, 'explain'>;
  /** Whether some of the rows themselves stood for columns that are not known. */
  readonly isOwnBackground: boolean;
}

/**
 * Mean attributions of rows; of fewer rows, evenly, where the model is asked about coalitions and they would be too many. Without a
 * background by paths, where the model has them, else against some of the rows. Errors: EXPLANATION_UNFIT, those of a prediction.
 */
export async function attributedRows(
  model: WeighedModel,
  choice: AttributionChoice,
): Promise<AttributedRows> {
  const { rows, onProgress } = model;
  const { explainer, isOwnBackground } = await chosenExplainer(model, choice);
  const { evaluations = 0, backgroundRows = 1 } = explainer.sampling ?? {};
  const most = Math.max(1, Math.floor(ASKED_ROWS / Math.max(1, evaluations * backgroundRows)));
  const taken = evaluations === 0 ? rows : thinnedRows(rows, most);
  if (taken.kind === 'tensors') throw new RangeError('rows of columns became tensors');
  const found = await meanAttributions(explainer, taken, (done) =>
    onProgress('explaining', done / taken.rows),
  );
  return { ...found, explainer, isOwnBackground };
}

async function chosenExplainer(
  model: WeighedModel,
  choice: AttributionChoice,
): Promise<{ readonly explainer: Explainer<Batch>; readonly isOwnBackground: boolean }> {
  try {
    return { explainer: await explainModel(model, choice), isOwnBackground: false };
  } catch (error) {
    const isUnfit = isPlimsollError(error) && error.code === 'EXPLANATION_UNFIT';
    if (!isUnfit || choice.background !== null || choice.method === 'tree-path-dependent') throw error;
    const background = thinnedRows(model.rows, OWN_BACKGROUND);
    return { explainer: await explainModel(model, { ...choice, background }), isOwnBackground: true };
  }
}
