import type { StepBase } from './step-base.ts';
import type { LabelSet } from './tensor.ts';

/** Fitted categories of one column in index order. NaN (numbers) or null (strings) is the missing category. */
export type ColumnCategories =
  | { readonly type: 'number'; readonly values: Float64Array }
  | { readonly type: 'string'; readonly values: readonly (string | null)[] }
  | { readonly type: 'bool'; readonly values: readonly boolean[] };

export interface OneHotColumn {
  readonly categories: ColumnCategories;
  /**
   * Output slot of each category inside this column's block, or -1 where the category is dropped.
   * Infrequent categories share the last slot.
   */
  readonly slots: Int32Array;
  /** Number of output columns of this block. */
  readonly width: number;
  /** Slot of an unknown category under `infrequent_if_exist`, or -1 for all zeros. */
  readonly unknownSlot: number;
}

/** One block of 0/1 columns an input column. `unknown: 'error'` refuses the row, 'ignore' uses `unknownSlot`. */
export interface OneHotStep extends StepBase {
  readonly kind: 'one-hot';
  readonly columns: readonly OneHotColumn[];
  readonly unknown: 'error' | 'ignore';
}

export interface OrdinalColumn {
  readonly categories: ColumnCategories;
  /** Answer for each category (index, infrequent code, or encoded missing value, which may be NaN). */
  readonly codes: Float64Array;
}

/** One number an input column; an unknown category refuses the row or becomes `unknownValue` (may be NaN). */
export interface OrdinalStep extends StepBase {
  readonly kind: 'ordinal';
  readonly columns: readonly OrdinalColumn[];
  readonly unknown: 'error' | 'ignore';
  readonly unknownValue: number;
}

/** `transform` of one label column to its index in `classes`; an unknown label refuses the row. */
export interface LabelEncoderStep extends StepBase {
  readonly kind: 'label-encoder';
  readonly classes: LabelSet;
}
