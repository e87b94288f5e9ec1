import type {
  CategoryTableStep,
  ColumnCategories,
  LabelEncoderStep,
  OneHotColumn,
  OneHotStep,
  TableColumn,
} from '../../model/encoding.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toNumbers } from './arrays.ts';
import { dtypeName } from './dtype.ts';
import { isNaNValue, labelFault, toCategories } from './labels.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

export const readLabelEncoder = (view: EstimatorView): LabelEncoderStep => ({
  kind: 'label-encoder',
  origin: view.origin,
  features: 1,
  featureNames: null,
  classes: view.labels('classes_'),
});

/** One column of `categories_` with everything both encoders need. */
interface Column {
  readonly items: readonly PyValue[];
  readonly categories: ColumnCategories;
  /** Code of each category after infrequent ones share the last code; null without infrequent categories. */
  readonly mapping: Float64Array | null;
  /** Categories grouped as infrequent, by index. */
  readonly infrequent: Float64Array;
}

function readColumns(view: EstimatorView): readonly Column[] {
  const perColumn = view.items('categories_');
  const grouped = view.flag('_infrequent_enabled', false);
  const mappings = grouped ? view.items('_default_to_infrequent_mappings') : null;
  const groups = grouped ? view.items('_infrequent_indices') : null;
  return perColumn.map((value, i) => {
    const field = `categories_[${i}]`;
    const items = arrayItemsOf(value);
    if (!isType(value, 'array') && items === null)
      throw view.invalid(field, show(value), 'an array of categories');
    const categories = items === null ? null : toCategories(items);
    if (items === null || categories === null)
      throw view.unsupported(
        field,
        `${show(value)}${labelFault(items)}`,
        'strings, numbers or bools and at most one missing category are',
      );
    return {
      items,
      categories,
      mapping: optionalVector(view, mappings?.[i]),
      infrequent: optionalVector(view, groups?.[i]) ?? new Float64Array(),
    };
  });
}

function optionalVector(view: EstimatorView, value: PyValue | undefined): Float64Array | null {
  if (value === undefined || value === null) return null;
  const numbers = isType(value, 'array') ? toNumbers(value) : null;
  if (numbers === null) throw view.invalid('_default_to_infrequent_mappings', show(value), 'arrays of codes');
  return numbers;
}

/**
 * `drop` is resolved at fit: `_drop_idx_after_grouping` from 1.2, `drop_idx_` (which meant the same) before.
 * 'warn' acts as 'infrequent_if_exist' from 1.8 on; 1.6 and 1.7 encode an unknown category as zeros (`_map_infrequent_categories`).
 */
export function readOneHotEncoder(view: EstimatorView): OneHotStep {
  if (view.flag('_legacy_mode', false))
    throw view.unsupported(
      'categorical_features',
      'the legacy integer mode',
      'encoders with categories_ are',
    );
  const policy = view.choice('handle_unknown', ['error', 'ignore', 'infrequent_if_exist', 'warn'], 'error');
  const columns = readColumns(view);
  const drops = dropIndexes(view, columns.length);
  const grouping = policy === 'infrequent_if_exist' || (policy === 'warn' && view.since(1, 8));
  return {
    kind: 'one-hot',
    ...view.base(columns.length),
    ...(view.since(0, 24) ? {} : { refusesMissing: true as const }),
    columns: columns.map((column, i) => oneHotColumn(view, column, drops?.[i] ?? null, grouping)),
    unknown: policy === 'error' ? 'error' : 'ignore',
  };
}

function dropIndexes(view: EstimatorView, count: number): readonly (number | null)[] | null {
  const name = view.has('_drop_idx_after_grouping') ? '_drop_idx_after_grouping' : 'drop_idx_';
  const value = view.get(name);
  if (value === undefined || value === null) return null;
  const items = arrayItemsOf(value);
  if (items === null || items.length !== count) throw view.invalid(name, show(value), `${count} indexes`);
  return items.map(toNumber);
}

function oneHotColumn(
  view: EstimatorView,
  column: Column,
  drop: number | null,
  grouping: boolean,
): OneHotColumn {
  const size = column.items.length;
  const codes = codesOf(view, column, size);
  const slots = Int32Array.from(codes, (code) =>
    code === drop ? -1 : drop !== null && code > drop ? code - 1 : code,
  );
  const distinct = new Set(codes).size;
  if (drop !== null && !(Number.isInteger(drop) && drop >= 0 && drop < distinct))
    throw view.invalid('drop_idx_', String(drop), `an index below ${distinct}`);
  const width = distinct - (drop === null ? 0 : 1);
  const first = column.infrequent[0];
  return {
    categories: column.categories,
    slots,
    width: Math.max(width, 0),
    unknownSlot: grouping && first !== undefined ? (slots[first] ?? -1) : -1,
  };
}

/** Code of every category: its index, or the shared codes of grouping; checked to be 0…k without holes. */
function codesOf(view: EstimatorView, column: Column, size: number): Float64Array {
  const codes = column.mapping ?? Float64Array.from({ length: size }, (_, i) => i);
  const distinct = new Set(codes).size;
  const sound =
    codes.length === size && codes.every((code) => Number.isInteger(code) && code >= 0 && code < distinct);
  if (!sound)
    throw view.invalid(
      '_default_to_infrequent_mappings',
      `${codes.length} codes`,
      `codes of ${size} categories without holes`,
    );
  return codes;
}

/**
 * A NaN category answers `encoded_missing_value` (NaN before 1.1); None is an ordinary category, as in scikit-learn.
 * Before 1.0 NaN was refused, and None too, except as a category. The answer is cast to `dtype`.
 */
export function readOrdinalEncoder(view: EstimatorView): CategoryTableStep {
  const policy = view.choice('handle_unknown', ['error', 'use_encoded_value'], 'error');
  const columns = readColumns(view);
  const missingCode = view.number('encoded_missing_value', Number.NaN);
  const hasNone = columns.some(({ items }) => items.includes(null));
  checkOrdinalDType(view);
  return {
    kind: 'category-table',
    ...view.base(columns.length),
    ...(view.since(1, 0) || hasNone ? {} : { refusesMissing: true as const }),
    columns: columns.map((column) => ({
      categories: column.categories,
      width: 1,
      rows: codesOfCategories(view, column, missingCode),
      unknown: policy === 'error' ? null : Float64Array.of(view.number('unknown_value')),
    })),
  };
}

/** Codes are small integers (or NaN), exact in every numeric dtype that holds them. */
function checkOrdinalDType(view: EstimatorView): void {
  const name = dtypeName(view.get('dtype') ?? 'float64');
  if (!/^(float(16|32|64)|u?int(8|16|32|64))$/.test(name))
    throw view.unsupported('dtype', name, 'float and integer types are');
}

function codesOfCategories(view: EstimatorView, column: Column, missingCode: number): TableColumn['rows'] {
  const size = column.items.length;
  const missing = column.items.findIndex(isNaNValue);
  const grouped = column.mapping !== null && missing === size - 1 && column.mapping.length === size - 1;
  const codes = codesOf(view, column, grouped ? size - 1 : size);
  const all = new Float64Array(size);
  all.set(codes);
  if (missing >= 0) all[missing] = missingCode;
  return all;
}

/**
 * TargetEncoder (1.3): the mean of the target over each category, of several classes a mean a class; of an unknown category
 * the mean over all rows. `encodings_` holds a vector a column, or one a column and class.
 */
export function readTargetEncoder(view: EstimatorView): CategoryTableStep {
  const columns = readColumns(view);
  const target = view.choice('target_type_', ['continuous', 'binary', 'multiclass']);
  const unknown = view.vector('target_mean_', target === 'multiclass' ? view.items('classes_').length : 1);
  const width = unknown.length;
  const encodings = view.items('encodings_');
  if (encodings.length !== columns.length * width)
    throw view.invalid('encodings_', `${encodings.length} vectors`, `${columns.length * width}`);
  return {
    kind: 'category-table',
    ...view.base(columns.length),
    columns: columns.map(({ categories, items }, i) => {
      const rows = new Float64Array(items.length * width);
      for (let k = 0; k < width; k++) {
        const value = encodings[i * width + k];
        const means = isType(value, 'array') ? toNumbers(value) : null;
        if (means?.length !== items.length)
          throw view.invalid(`encodings_[${i * width + k}]`, show(value), `${items.length} numbers`);
        for (const [category, mean] of means.entries()) rows[category * width + k] = mean;
      }
      return { categories, width, rows, unknown };
    }),
  };
}
