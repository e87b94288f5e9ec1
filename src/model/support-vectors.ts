import { needsNumbers } from './column-need.ts';
import type { FittedKernel } from './kernel.ts';
import { classSpec, decisionSpec, labelSpec, numberSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, PREDICTOR, type StepDescriptions } from './step-description.ts';
import { type LabelSet, type Matrix, matrixColumns } from './tensor.ts';

/** `predict`: k(x, points) · coefᵀ + intercept; coef: [targets, points]. */
export interface KernelRegressorStep extends StepBase, FittedKernel {
  readonly kind: 'kernel-regressor';
  readonly coef: Matrix;
  readonly intercept: Float64Array;
  /** True where `predict` is `[N]` (a single 1-D target), false for `[N, targets]`. */
  readonly flat: boolean;
}

/** `transform`: k(x, points) · weightsᵀ + bias; weights: [k, points]. */
export interface KernelMapStep extends StepBase, FittedKernel {
  readonly kind: 'kernel-map';
  readonly weights: Matrix;
  readonly bias: Float64Array;
}

/**
 * One machine a pair of classes i < j, in that order: d = Σ α k(x, points) + intercept over the points of both, where
 * those of i have the coefficients `coef[j - 1]` and those of j `coef[i]` (libsvm). d > 0 is a vote for i, else for j;
 * `predict` is the first class with the most votes.
 *
 * - `decision_function` of two classes: -d; `ovo`: every d;
 * - `ovr`: votes of each class (d < 0 for j, else i) + s / (3 (|s| + 1)), s the sum of ±d (`_ovr_decision_function`);
 * - `predict_proba`: σ(-(a d + b)) of each pair within [1e-7, 1 - 1e-7], coupled by the second method of T.-F. Wu,
 *   C.-J. Lin, R. C. Weng, Probability estimates for multi-class classification by pairwise coupling (2004).
 */
export interface SupportVectorClassifierStep extends StepBase, FittedKernel {
  readonly kind: 'support-vector-classifier';
  /** Points of each class: they lie class by class. */
  readonly counts: readonly number[];
  /** [classes - 1, points] */
  readonly coef: Matrix;
  readonly intercept: Float64Array;
  readonly classes: LabelSet;
  readonly decision: 'ovo' | 'ovr';
  /** Whether `predict` is the class with the greatest decision (three classes or more, `ovr`). */
  readonly breakTies: boolean;
  readonly platt: { readonly a: Float64Array; readonly b: Float64Array } | null;
}

/**
 * `decision_function`: k(x, points) · coef + intercept; `score_samples`: that + offset; `predict`: 1 for an inlier, else
 * -1.
 */
export interface OneClassStep extends StepBase, FittedKernel {
  readonly kind: 'one-class';
  readonly coef: Float64Array;
  readonly intercept: number;
  readonly offset: number;
  /** Whether a decision of 0 is an inlier (SGDOneClassSVM), which then answers int32. */
  readonly zeroInside: boolean;
}

export type SupportVectorStep =
  | KernelRegressorStep
  | KernelMapStep
  | SupportVectorClassifierStep
  | OneClassStep;

/** Pairs of so many classes. */
export const pairCount = (classes: number): number => (classes * (classes - 1)) / 2;

/** Points whose values are tried. */
const MAX_TRIED = 32;

const MACHINE = {
  ...PREDICTOR,
  needs: needsNumbers,
  rounding: 'sum',
  tried: ({ points }: FittedKernel) => matrixColumns(points, MAX_TRIED),
} as const;

export const SUPPORT_VECTOR_STEPS: StepDescriptions<SupportVectorStep> = {
  'kernel-regressor': {
    ...MACHINE,
    outputs: ({ flat, coef }) => [numberSpec('predict', flat ? null : coef.rows)],
  },
  'kernel-map': { ...MACHINE, ...NUMERIC_TRANSFORMER, width: ({ weights }) => weights.rows },
  'support-vector-classifier': {
    ...MACHINE,
    outputs: ({ classes, decision, platt }) => [
      labelSpec(classes),
      ...(platt === null ? [] : [classSpec('predict_proba', classes)]),
      decision === 'ovr' || classes.values.length === 2
        ? decisionSpec(classes)
        : numberSpec('decision_function', pairCount(classes.values.length)),
    ],
  },
  'one-class': {
    ...MACHINE,
    outputs: ({ zeroInside }) => [
      { name: 'predict', dtype: zeroInside ? 'int32' : 'int64', shape: [-1] },
      numberSpec('decision_function', null),
      numberSpec('score_samples', null),
    ],
  },
};
