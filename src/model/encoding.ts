import { type ColumnNeed, type ColumnNeeds, FINITE } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

/** Fitted categories of one column in index order. NaN (numbers) or null (strings, bools) is the missing category. */
export type ColumnCategories =
  | { readonly type: 'number'; readonly values: Float64Array }
  | { readonly type: 'string'; readonly values: readonly (string | null)[] }
  | { readonly type: 'bool'; readonly values: readonly (boolean | null)[] };

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

export interface TableColumn {
  readonly categories: ColumnCategories;
  /** Numbers that a category becomes. */
  readonly width: number;
  /** What each category becomes, `width` numbers one after the other: codes, means of the target, contrasts; NaN too. */
  readonly rows: Float64Array;
  /** What an unknown category becomes (a missing value is one, unless it is listed); null refuses the row. */
  readonly unknown: Float64Array | null;
}

/** Each category becomes numbers that the file lists: ordinals, counts, targets, digits, contrasts. */
export interface CategoryTableStep extends StepBase {
  readonly kind: 'category-table';
  readonly columns: readonly TableColumn[];
}

/** `transform` of one label column to its index in `classes`; an unknown label refuses the row. */
export interface LabelEncoderStep extends StepBase {
  readonly kind: 'label-encoder';
  readonly classes: LabelSet;
}

/** A label; NaN is one where the encoder met it at fit. */
const labelNeed = (values: readonly (string | number | boolean)[]): ColumnNeed => ({
  type: typeof values[0] === 'string' ? 'string' : typeof values[0] === 'boolean' ? 'bool' : 'number',
  categories: values.map((value) => (Number.isNaN(value) ? null : value)),
  unknown: 'error',
  nullable: values.some(Number.isNaN),
  used: true,
});

/** Categories as they show in a signature: NaN and None are null. */
const valuesOf = (categories: ColumnCategories): readonly (string | number | boolean | null)[] =>
  categories.type === 'number'
    ? Array.from(categories.values, (v) => (Number.isNaN(v) ? null : v))
    : categories.values;

const typed = (type: ColumnCategories['type']): Pick<ColumnNeed, 'type' | 'largest'> =>
  type === 'number' ? { type, ...FINITE } : { type };

const oneHotNeeds = (step: OneHotStep): ColumnNeeds =>
  step.columns.map(({ categories }) => {
    const values = valuesOf(categories);
    const nullable = step.unknown === 'ignore' || values.includes(null);
    return { ...typed(categories.type), categories: values, unknown: step.unknown, nullable, used: true };
  });

/** A missing value is a known category, or unknown; what it becomes may be NaN, which the next step has to take. */
function tableNeeds(step: CategoryTableStep, out: ColumnNeeds | null): ColumnNeeds {
  let start = 0;
  return step.columns.map(({ categories, rows, width, unknown }): ColumnNeed => {
    const values = valuesOf(categories);
    const at = values.indexOf(null);
    const row = at >= 0 ? rows.subarray(at * width, (at + 1) * width) : unknown;
    const taken = (value: number, i: number): boolean =>
      !Number.isNaN(value) || (out?.[start + i]?.nullable ?? true);
    const nullable = row?.every(taken) ?? false;
    start += width;
    const policy = unknown === null ? 'error' : 'ignore';
    return { ...typed(categories.type), categories: values, unknown: policy, nullable, used: true };
  });
}

const widthOf = ({ columns }: OneHotStep | CategoryTableStep): number =>
  columns.reduce((sum, { width }) => sum + width, 0);

export const ENCODING_STEPS: StepDescriptions<OneHotStep | CategoryTableStep | LabelEncoderStep> = {
  'one-hot': {
    ...NUMERIC_TRANSFORMER,
    needs: oneHotNeeds,
    width: widthOf,
    rounding: 'none',
  },
  'category-table': {
    ...NUMERIC_TRANSFORMER,
    needs: (step, _width, out) => tableNeeds(step, out),
    width: widthOf,
    rounding: 'none',
  },
  'label-encoder': {
    ...NUMERIC_TRANSFORMER,
    needs: ({ classes }) => [labelNeed(classes.values)],
    width: () => 1,
    outputs: () => [{ name: 'transform', dtype: 'int64', shape: [-1] }],
    form: 'labels',
    rounding: 'none',
  },
};
