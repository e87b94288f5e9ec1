import { type ColumnNeed, type ColumnNeeds, FINITE } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { fittedWidth, NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
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
const ordinalNeeds = (step: OrdinalStep, out: ColumnNeeds | null): ColumnNeeds =>
  step.columns.map(({ categories, codes }, i) => {
    const values = valuesOf(categories);
    const at = values.indexOf(null);
    const code = at >= 0 ? codes[at]! : step.unknownValue;
    const answered = at >= 0 || step.unknown === 'ignore';
    const nullable = answered && (!Number.isNaN(code) || (out?.[i]?.nullable ?? true));
    return { ...typed(categories.type), categories: values, unknown: step.unknown, nullable, used: true };
  });

export const ENCODING_STEPS: StepDescriptions<OneHotStep | OrdinalStep | LabelEncoderStep> = {
  'one-hot': {
    ...NUMERIC_TRANSFORMER,
    needs: oneHotNeeds,
    width: ({ columns }) => columns.reduce((sum, { width }) => sum + width, 0),
    rounding: 'none',
  },
  ordinal: {
    ...NUMERIC_TRANSFORMER,
    needs: (step, _width, out) => ordinalNeeds(step, out),
    width: fittedWidth,
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
