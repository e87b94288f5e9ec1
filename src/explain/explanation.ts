import type { LabelSet } from '../model/tensor.ts';

/** How attributions were made, as every answer says. */
export type ExplanationMethod =
  /** Exact; what is not known follows the training rows down each tree. */
  | 'tree-path-dependent'
  /** Exact; what is not known has the values of rows of a background. */
  | 'tree-interventional'
  | 'linear-interventional'
  /** All coalitions of columns against a background. */
  | 'exact'
  /** Orders of columns at random, each with its reverse, against a background. */
  | 'permutation';

/** Attributions of rows: what each column adds to what is answered without any. */
export interface Attributions {
  /** `[rows, scores, columns]`. */
  readonly values: Float64Array;
  /** Largest difference between what is answered and the base value with all attributions. */
  readonly additivityError: number;
}

/** A model that explains its answers. */
export interface Explainer<Rows> {
  readonly method: ExplanationMethod;
  /** The output that is explained: `predict`, `predict_proba`, `decision_function`, or `raw` for the sum of a booster. */
  readonly output: string;
  readonly features: readonly string[];
  /** Each score without any column. */
  readonly baseValues: Float64Array;
  /** Classes that the scores are of; null where they are of none. */
  readonly classes: LabelSet | null;
  /** Throws what a prediction of the rows throws. */
  explain(rows: Rows): Attributions | Promise<Attributions>;
}

/** What an explanation is in JSON: `values` are `[row][feature]`, or `[row][feature][class]` of several scores. */
export interface ExplanationDocument {
  readonly method: ExplanationMethod;
  readonly output: string;
  readonly features: readonly string[];
  readonly baseValues: readonly number[];
  readonly values: readonly (readonly (number | readonly number[])[])[];
  readonly additivityError: number;
  readonly classes?: readonly unknown[];
}

export function explanationDocument(
  explainer: Omit<Explainer<never>, 'explain'>,
  { values, additivityError }: Attributions,
): ExplanationDocument {
  const { method, output, features, classes } = explainer;
  const scores = explainer.baseValues.length;
  const columns = features.length;
  const rows = values.length / (scores * columns);
  const cell = (row: number, score: number, column: number): number =>
    values[(row * scores + score) * columns + column]!;
  return {
    ...{ method, output, features, baseValues: Array.from(explainer.baseValues) },
    values: Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (__, column) =>
        scores === 1
          ? cell(row, 0, column)
          : Array.from({ length: scores }, (___, score) => cell(row, score, column)),
      ),
    ),
    additivityError,
    ...(classes === null || scores === 1 ? {} : { classes: [...classes.values] }),
  };
}
