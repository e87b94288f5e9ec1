import { type ColumnNeed, NULLABLE_NUMBER, UNUSED } from './column-need.ts';
import { classSpec, labelSpec, numberSpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

/** Types of target statistics, as the library numbers them (catboost/libs/model/flatbuffers/ctr_data.fbs). */
export const CTR_TYPES = [
  'Borders',
  'Buckets',
  'BinarizedTargetMeanValue',
  'FloatTargetMeanValue',
  'Counter',
  'FeatureFreq',
] as const;
export type CtrType = (typeof CTR_TYPES)[number];

/** Borders of a number column, rounded to float32 before it is compared: a question is `x > border`. */
export interface FloatBorders {
  readonly column: number;
  /** Ascending. */
  readonly borders: Float32Array;
  /** Whether a missing value is above every border, or below. */
  readonly missingAbove: boolean;
}

/** Categories that are asked for one by one: `hash of x = value`. */
export interface OneHotValues {
  readonly column: number;
  /** Hashes, as int32. */
  readonly values: Int32Array;
}

/**
 * A table of target statistics by a hash of categories and answers. The key of a row begins with 0; each part p in turn
 * makes of it m·(key + m·p) modulo 2⁶⁴, m = 0x4906ba494954cb65: hashes of categories (signed, 32 bits), then 1 or 0 for
 * each question of `floats` and of `oneHots` (catboost/libs/model/{hash,ctr_provider}.h).
 */
export interface CtrTable {
  readonly categories: readonly number[];
  /** Questions as `questions` of the step numbers them. */
  readonly floats: Int32Array;
  readonly oneHots: Int32Array;
  /** Known keys, low words and high words in turn. */
  readonly keys: Uint32Array;
  /** `[keys, classes]`; the number of values behind each sum where there are sums. */
  readonly counts: Int32Array;
  readonly classes: number;
  readonly sums: Float32Array | null;
  /** What a count is divided by (`Counter`, `FeatureFreq`). */
  readonly denominator: number;
}

/**
 * A number made of a table: ((good + priorNumerator) / (total + priorDenominator) + shift) · scale, each operation rounded
 * to float32. Of the counts c of a row: `Borders` good = Σ c after `target`, total = Σ c; `Buckets` good = c[target], total =
 * Σ c; means: good = sum, total = count; `Counter` and `FeatureFreq` good = c, total = denominator. An unknown key has
 * good = 0, and total = 0 except for counters (catboost/libs/model/static_ctr_provider.cpp).
 */
export interface CtrColumn {
  readonly table: number;
  readonly type: CtrType;
  readonly target: number;
  readonly priorNumerator: number;
  readonly priorDenominator: number;
  readonly shift: number;
  readonly scale: number;
  /** Ascending; a question is `value > border`. */
  readonly borders: Float32Array;
}

/** Everything that a tree can ask, one number each: a border of a float, a value of a one-hot, a border of a CTR. */
export interface CatBoostQuestions {
  /** 0 float, 1 one-hot, 2 CTR. */
  readonly kind: Uint8Array;
  /** Index in `floats`, `oneHots` or `ctrs`. */
  readonly source: Int32Array;
  /** Which border or value of it. */
  readonly item: Int32Array;
}

/** Trees that ask the same on each level: level k sets bit k of the leaf's number. */
export interface ObliviousTrees {
  readonly kind: 'oblivious';
  readonly depths: Uint8Array;
  /** The questions of all trees, level by level. */
  readonly questions: Int32Array;
}

/** Any trees: a child from 0 on is a node, below that the leaf -1 - child. Children come after their parents. */
export interface NodeTrees {
  readonly kind: 'nodes';
  readonly roots: Int32Array;
  readonly question: Int32Array;
  readonly no: Int32Array;
  readonly yes: Int32Array;
}

/** How raw values become answers. */
export type CatBoostHead =
  /**
   * `predict` is the raw value, its `exp`, or of two the first and `exp` of twice the second, a variance
   * (`uncertainty`). `[N]` where there is one dimension.
   */
  | { readonly kind: 'regression'; readonly link: 'identity' | 'exp' | 'uncertainty' }
  /**
   * `sigmoid`: one raw value r, class 1 where r > `threshold`; `softmax` and `one-vs-all` (σ of each): the class of the
   * greatest. `dimensionClass` says which class a dimension is of; a class that has none is never answered, its raw value
   * is -∞.
   */
  | {
      readonly kind: 'classes';
      readonly classes: LabelSet;
      readonly link: 'sigmoid' | 'softmax' | 'one-vs-all';
      readonly threshold: number;
      readonly dimensionClass: Int32Array;
    }
  /** Several labels a row: each dimension is 1 where its raw value is above 0, its probability σ. */
  | { readonly kind: 'labels'; readonly labels: LabelSet };

/**
 * Boosted trees of CatBoost. The raw value of a dimension is scale · (0 + the leaf of each tree in turn) + bias, in float64
 * (catboost/libs/model/cpu/evaluator_impl.cpp, scale_and_bias.h).
 */
export interface CatBoostStep extends StepBase {
  readonly kind: 'catboost';
  readonly features: number;
  /** Input columns that hold categories; they are read as strings. */
  readonly categories: readonly number[];
  readonly floats: readonly FloatBorders[];
  readonly oneHots: readonly OneHotValues[];
  readonly tables: readonly CtrTable[];
  readonly ctrs: readonly CtrColumn[];
  readonly questions: CatBoostQuestions;
  readonly trees: ObliviousTrees | NodeTrees;
  readonly dimensions: number;
  /** `[leaves of all trees, dimensions]`, tree by tree. */
  readonly leafValues: Float64Array;
  /** Weight of the training rows at each leaf; absent where nobody asked for it, or the file does not say. */
  readonly leafWeights?: Float64Array;
  readonly scale: number;
  /** One number a dimension. */
  readonly bias: Float64Array;
  readonly head: CatBoostHead;
}

/** A category; the library refuses a missing one. Integers stand for their digits. */
const CATEGORY: ColumnNeed = { type: 'string', integers: true, nullable: false, used: true };

function columnNeeds(step: CatBoostStep, width: number): readonly ColumnNeed[] {
  const needs = Array.from({ length: width }, () => UNUSED);
  for (const { column } of step.floats) needs[column] = NULLABLE_NUMBER;
  for (const column of step.categories) needs[column] = CATEGORY;
  return needs;
}

function headSpecs({ head, dimensions }: CatBoostStep): readonly OutputSpec[] {
  const width = dimensions === 1 ? null : dimensions;
  if (head.kind === 'regression') {
    const predict = numberSpec('predict', width);
    return head.link === 'identity' ? [predict] : [predict, numberSpec('RawFormulaVal', width)];
  }
  if (head.kind === 'labels')
    return [
      { name: 'predict', dtype: 'int64', shape: [-1, dimensions] },
      classSpec('predict_proba', head.labels),
      classSpec('RawFormulaVal', head.labels),
    ];
  const { classes, link } = head;
  const raw =
    link === 'sigmoid'
      ? numberSpec('RawFormulaVal', null)
      : numberSpec('RawFormulaVal', classes.values.length);
  return [labelSpec(classes), classSpec('predict_proba', classes), { ...raw, classes }];
}

/** Whether an output is what a link with exp computed, not a raw value, a label or a choice. */
export const isLinkedCatBoost = ({ head }: CatBoostStep, output: string): boolean =>
  head.kind === 'regression' ? output === 'predict' && head.link !== 'identity' : output === 'predict_proba';

export const CATBOOST_STEPS: StepDescriptions<CatBoostStep> = {
  catboost: { ...PREDICTOR, needs: columnNeeds, outputs: headSpecs, rounding: 'none' },
};
