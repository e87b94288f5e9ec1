/**
 * Explanations as Vertex AI's `explain` answers them
 * (https://cloud.google.com/vertex-ai/docs/reference/rest/v1/Explanation). Pure.
 */

import { type ExplainedRows, explainedRowCount, scoreAttributions } from './explained-rows.ts';
import type { ScoreChoice } from './explanation-ask.ts';

/** The scores of a row that are explained where nothing else is asked for. */
export const VERTEX_SCORES: ScoreChoice = { topK: 1 };

/** One a row. By default the largest of its scores is explained, as there (ExplanationParameters.topK). */
export const vertexExplanations = (rows: ExplainedRows): readonly object[] =>
  Array.from({ length: explainedRowCount(rows) }, (_, row) => ({
    attributions: scoresOf(rows, row).map((score) => attributionOf(rows, row, score)),
    ...(rows.explainer.notes?.length ? { notes: rows.explainer.notes } : {}),
  }));

function attributionOf(rows: ExplainedRows, row: number, score: number): object {
  const { features, baseValues, classes, output } = rows.explainer;
  const added = scoreAttributions(rows, row, score);
  const label = classes?.values[score];
  return {
    baselineOutputValue: baseValues[score],
    instanceOutputValue: sumOf(rows, row, score),
    featureAttributions: Object.fromEntries(features.map((name, column) => [name, added[column]])),
    ...(baseValues.length === 1 ? {} : { outputIndex: [score] }),
    ...(label === undefined || baseValues.length === 1 ? {} : { outputDisplayName: String(label) }),
    approximationError: rows.attributions.additivityError,
    outputName: output,
  };
}

const sumOf = (rows: ExplainedRows, row: number, score: number): number =>
  scoreAttributions(rows, row, score).reduce((sum, value) => sum + value, rows.explainer.baseValues[score]!);

/** Places of the scores of a row that are told, the largest score first; the first of equal ones goes first. */
function scoresOf(rows: ExplainedRows, row: number): readonly number[] {
  const choice: ScoreChoice = rows.scores ?? VERTEX_SCORES;
  const all = Array.from(rows.explainer.baseValues.keys());
  if ('indices' in choice) return choice.indices.filter((score) => score < all.length);
  const order = all.toSorted((a, b) => sumOf(rows, row, b) - sumOf(rows, row, a) || a - b);
  return choice.topK < 0 ? order : order.slice(0, choice.topK);
}
