import { type BoosterHead, boosterSpecs } from './booster.ts';
import { type ColumnNeed, FINITE_IN_FLOAT32, NULLABLE_NUMBER, NUMBER, needsAlike } from './column-need.ts';
import { decisionSpec, labelSpec, numberSpec, probabilitySpec, voteSpecs } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

/**
 * All trees of an ensemble in one arena of parallel arrays. Node indexes are absolute; a child's index is greater
 * than its parent's, so every walk ends. A leaf has `left === -1`.
 */
export interface TreeArena {
  /** Root node of each tree, in summation order. */
  readonly roots: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Input column; -1 at a leaf. */
  readonly feature: Int32Array;
  /**
   * Go left iff `x <= threshold` (`split: 'le'`) or `x < threshold` ('lt'). At a leaf: the number that the library gives it in
   * its tree, -1 in a tree that the file does not hold.
   */
  readonly threshold: Float64Array;
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** 1 where a number of at most `ZERO_BOUND` in magnitude is missing to a threshold, too (LightGBM's `zero_as_missing`); null: nowhere, as where missing values are refused. */
  readonly zeroMissing: Uint8Array | null;
  /** Index of a categorical node's set, -1 for numeric nodes; null where no node is categorical. */
  readonly categorical: Int32Array | null;
  /** Where each set begins among the words of `bitsets`, and after the last one where it ends. */
  readonly setOffsets: Uint32Array;
  /** A category goes left iff its bit is set: bit c & 31 of the set's word c >> 5. Others go right. */
  readonly bitsets: Uint32Array;
  /**
   * Categories known at fit, laid out as `bitsets`: one that is unknown goes where missing goes. Null where every category
   * that is no member goes right.
   */
  readonly knownBitsets: Uint32Array | null;
  readonly categories: CategoryCast;
  /** `[nodes, valueWidth]`, meaningful at leaves; learning rate and class normalisation already applied. */
  readonly values: Float64Array;
  readonly valueWidth: number;
  /** Weight of the training rows that came to each node; absent where nobody asked for it, or the file does not say. */
  readonly cover?: Float64Array;
  /** Leaves that compute; absent where every leaf is its value. */
  readonly linear?: LinearLeaves;
}

/**
 * Leaves of LightGBM's linear trees: a constant, and coefficient times column added to it term by term. Where a column of
 * the terms is missing the leaf is its value.
 */
export interface LinearLeaves {
  /** Of each arena node; meaningful at leaves, as `values`. */
  readonly constants: Float64Array;
  /** Where the terms of each node begin, and after the last node where they end. */
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly coefficients: Float64Array;
}

/** `kZeroThreshold` of LightGBM (`meta.h`), a float32. */
export const ZERO_BOUND = Math.fround(1e-35);

/**
 * What category a number is to a categorical node (NaN is missing, whatever the cast):
 * - `uint8`, scikit-learn up to 1.1: cast as compiled C does on x86-64, to int32 towards zero, -2³¹ where it does not fit,
 *   and of that the low eight bits, so that 0.5, 256, 1e10 and ∞ are category 0, -1 is 255, and 300 is 44
 *   (`_predictor.pyx`, `<X_BINNED_DTYPE_C>data_val`);
 * - `uint8-or-missing`, scikit-learn from 1.2: the same, but negative numbers are missing values;
 * - `int32`, LightGBM (`Tree::CategoricalDecision`): cut towards zero; negative ones and what does not fit are no category;
 * - `whole`, XGBoost (`common::InvalidCat`): as `int32`, but -0.5 is no category either.
 * What is no category goes right.
 */
export type CategoryCast = 'uint8' | 'uint8-or-missing' | 'int32' | 'whole';

/** How an initial estimator's answers become raw scores. */
export type BaseLink = 'identity' | 'logit' | 'half-logit' | 'log' | 'centred-log';

/** How raw scores become answers. */
export type TreeHead =
  /** `predict`: raw scores through `link`; [N] where `flat`. */
  | { readonly kind: 'regression'; readonly link: 'identity' | 'exp'; readonly flat: boolean }
  /** Forests and single trees: raw scores are class fractions, one group an output (`valueWidth` = Σ group sizes,
   * groups padded to `stride` columns each). `predict` is the argmax, lowest index on ties. */
  | { readonly kind: 'vote'; readonly groups: readonly LabelSet[]; readonly stride: number }
  /** Boosting. `sigmoid`: one score s, `predict_proba` [1 - σ(factor·s), σ(factor·s)]; one score a class otherwise:
   * `softmax` exp(s - max) / Σ, `logsumexp` exp(s - logsumexp(s)) (the older spelling, with other last bits:
   * GradientBoosting before 1.4, HistGradientBoosting before 1.1).
   * `decision_function` is the raw score ([N] where binary). */
  | {
      readonly kind: 'boosted';
      readonly classes: LabelSet;
      readonly link: 'sigmoid' | 'softmax' | 'logsumexp';
      /** 1, or 2 for exponential loss (σ(2s)). */
      readonly factor: number;
      /** Whether a binary score of exactly 0 is class 1 (GradientBoosting from 1.4, and exponential loss before). */
      readonly positiveAtZero: boolean;
    }
  | BoosterHead;

/** Trees, and what goes before the first and after the last of them. `S` is any step: the estimator before the first. */
export interface TreeEnsembleOf<S> extends StepBase {
  readonly kind: 'tree-ensemble';
  readonly arena: TreeArena;
  /** Precision in which inputs are compared: scikit-learn trees round x to float32 first, HistGradientBoosting not. */
  readonly input: 'float32' | 'float64';
  readonly split: 'le' | 'lt';
  /** Whether the estimator accepts NaN; otherwise a missing value is refused. */
  readonly acceptsMissing: boolean;
  /** A number that is missing beside NaN, compared in the precision of `input`; of ensembles that accept missing values. */
  readonly missingNumber?: number;
  /** Number of raw scores a row. */
  readonly scores: number;
  /** Score each tree adds to (valueWidth 1); null where every leaf holds all scores. */
  readonly target: Int32Array | null;
  /** Raw scores before the first tree: added first, then trees in order. */
  readonly base:
    | { readonly kind: 'constant'; readonly scores: Float64Array }
    /**
     * GradientBoosting `init=` estimator, which sees the inputs rounded to float32. `identity`: its `predict`; else its
     * probabilities p clipped to [eps, 1 - eps]: `logit` log(p₁ / (1 - p₁)), `half-logit` half of that, `log` log(p) a
     * class, `centred-log` log(p / geometric mean of p) a class.
     */
    | { readonly kind: 'estimator'; readonly step: S; readonly link: BaseLink; readonly eps: number };
  /** Precision in which leaves are added, one by one; float32 leaves and base scores are float32 numbers. */
  readonly sums: 'float32' | 'float64';
  /** `mean` divides the sums by the number of trees that add to a score at the end (forests). */
  readonly aggregate: 'sum' | 'mean';
  readonly head: TreeHead;
}

/** HistGradientBoosting bins float64, infinities included; the other trees round to float32 first. */
const treeNeed = ({ acceptsMissing, input }: TreeEnsembleOf<unknown>): ColumnNeed => ({
  ...(acceptsMissing ? NULLABLE_NUMBER : NUMBER),
  ...(input === 'float32' ? FINITE_IN_FLOAT32 : {}),
});

function headSpecs({ head, scores, sums }: TreeEnsembleOf<unknown>): readonly OutputSpec[] {
  if (head.kind === 'booster') return boosterSpecs(head, scores, sums);
  if (head.kind === 'regression') return [numberSpec('predict', head.flat ? null : scores)];
  if (head.kind === 'vote') return voteSpecs(head.groups);
  return [labelSpec(head.classes), probabilitySpec(head.classes), decisionSpec(head.classes)];
}

export const TREE_STEPS: StepDescriptions<TreeEnsembleOf<unknown>> = {
  'tree-ensemble': {
    ...PREDICTOR,
    needs: (step, width) => needsAlike(width, treeNeed(step)),
    outputs: headSpecs,
    rounding: 'none',
  },
};
