import { unfitOf } from '../explain/explained-output.ts';
import { type PermutationImportance, permutationImportance } from './permutation-importance.ts';
import { scorerOf, usualScoring } from './scorer.ts';
import type { Scoring } from './scoring.ts';
import type { LabelColumn } from './truth.ts';
import { columnsOfModel, type WeighedModel } from './weighed-model.ts';

/** What is asked about labels. */
export interface PermutationRequest {
  readonly labels: LabelColumn;
  /** The usual one of the model where it is not said. */
  readonly scoring?: Scoring | undefined;
  readonly repeats: number;
  readonly seed: number;
}

/** Errors: EXPLANATION_UNFIT, INPUT_INVALID for labels that are none, those of a prediction. */
export async function permutedColumns(
  model: WeighedModel,
  { labels, scoring = usualScoring(model.content.signature), repeats, seed }: PermutationRequest,
): Promise<PermutationImportance & { readonly scoring: Scoring }> {
  const { engine, rows, onProgress } = model;
  const { signature } = model.content;
  const columns = columnsOfModel(model);
  const score = scorerOf(scoring, { engine, signature, labels }, unfitOf(model));
  const onColumn = (column: number): void => onProgress('permuting columns', (column + 1) / columns.length);
  const found = await permutationImportance(rows, columns.length, score, { repeats, seed, onColumn });
  return { ...found, scoring };
}
