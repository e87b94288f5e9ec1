/** Attributions, and how they are made and told. Pure. */
import type { LabelSet } from '../model/tensor.ts';

/** Methods by which a model's file is read. */
const READING_METHODS = [
  // Exact; what is not known follows the training rows down each tree.
  'tree-path-dependent',
  // Exact; what is not known has the values of rows of a background.
  'tree-interventional',
  'linear-interventional',
  // What is not known has its mean given what is, by the correlations of a background.
  'linear-correlation-dependent',
] as const;
export type ReadingMethod = (typeof READING_METHODS)[number];

/** Methods by which a model is asked about coalitions of its columns, against a background. */
const SAMPLED_METHODS = [
  // All coalitions.
  'exact',
  // Orders of columns at random, each with its reverse.
  'permutation',
  // KernelSHAP: a weighted regression on coalitions.
  'kernel',
  // Sampled Shapley: orders of columns at random.
  'sampling',
] as const;
export type SampledMethod = (typeof SAMPLED_METHODS)[number];

/** How attributions were made, as every answer says. */
export type ExplanationMethod = ReadingMethod | SampledMethod;
export const EXPLANATION_METHODS: readonly ExplanationMethod[] = [...READING_METHODS, ...SAMPLED_METHODS];

export const isSampled = (method: ExplanationMethod): method is SampledMethod =>
  (SAMPLED_METHODS as readonly string[]).includes(method);

/** Attributions of rows: what each column adds to what is answered without any. */
export interface Attributions {
  /** `[rows, scores, columns]`. */
  readonly values: Float64Array;
  /** Largest difference between what is answered and the base value with all attributions. */
  readonly additivityError: number;
  /** Of each value; absent where nothing was left to chance, NaN where one draw alone was made. */
  readonly standardErrors?: Float64Array;
  /** Coalitions that were asked of one row, of several rows of that which took most; absent where the model is not asked. */
  readonly evaluations?: number;
  /** `[rows, scores, columns, columns]` where they are asked for: each row of pairs sums to the column's value. */
  readonly interactions?: Float64Array;
}

/** What was asked to make attributions, where a model is asked. */
export interface SamplingFacts {
  /** Coalitions of one row at most, beside nobody and all, each asked with all rows of the background. */
  readonly evaluations?: number;
  /** Rows of the background that were taken. */
  readonly backgroundRows?: number;
  /** Of what was left to chance. */
  readonly seed?: number;
}

/** Is told how much of long work is done, 0 to 1. */
export type WorkProgress = (share: number) => void;

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
  readonly sampling?: SamplingFacts;
  /** What has to be known of the attributions beside the method, in sentences. @default {nothing} */
  readonly notes?: readonly string[];
  /** Throws what a prediction of the rows throws. */
  explain(rows: Rows, onProgress?: WorkProgress): Attributions | Promise<Attributions>;
}

/** What an explanation is in JSON: `values` are `[row][feature]`, or `[row][feature][class]` of several scores. */
export interface ExplanationDocument extends SamplingFacts {
  readonly method: ExplanationMethod;
  readonly output: string;
  readonly features: readonly string[];
  readonly baseValues: readonly number[];
  readonly values: readonly (readonly (number | readonly number[])[])[];
  readonly additivityError: number;
  /** As `values`. */
  readonly standardErrors?: ExplanationDocument['values'];
  /** `[row][feature][feature]`, or `[row][feature][feature][class]` of several scores. */
  readonly interactions?: readonly ExplanationDocument['values'][];
  readonly classes?: readonly unknown[];
  /** What has to be known of the values beside the method; absent where nothing has. */
  readonly notes?: readonly string[];
}

export function explanationDocument(
  explainer: Omit<Explainer<never>, 'explain'>,
  { values, additivityError, standardErrors, evaluations, interactions }: Attributions,
): ExplanationDocument {
  const { method, output, features, classes, sampling, notes = [] } = explainer;
  const scores = explainer.baseValues.length;
  const columns = features.length;
  const rows = values.length / (scores * columns);
  const rowOf = (cellOf: (score: number, column: number) => number): ExplanationDocument['values'][number] =>
    Array.from({ length: columns }, (_, column) =>
      scores === 1 ? cellOf(0, column) : Array.from({ length: scores }, (__, score) => cellOf(score, column)),
    );
  const nested = (cells: Float64Array): ExplanationDocument['values'] =>
    Array.from({ length: rows }, (_, row) =>
      rowOf((score, column) => cells[(row * scores + score) * columns + column]!),
    );
  const paired = (cells: Float64Array): readonly ExplanationDocument['values'][] =>
    Array.from({ length: rows }, (_, row) =>
      features.map((__, one) =>
        rowOf((score, other) => cells[((row * scores + score) * columns + one) * columns + other]!),
      ),
    );
  return {
    ...{ method, output, features, baseValues: Array.from(explainer.baseValues) },
    ...{ values: nested(values), additivityError },
    ...(standardErrors === undefined ? {} : { standardErrors: nested(standardErrors) }),
    ...(interactions === undefined ? {} : { interactions: paired(interactions) }),
    ...sampling,
    ...(evaluations === undefined ? {} : { evaluations }),
    ...(classes === null || scores === 1 ? {} : { classes: [...classes.values] }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}
