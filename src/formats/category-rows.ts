import type { ColumnCategories, OneHotColumn, TableColumn } from '../model/encoding.ts';
import type { PyValue } from './pickle/value.ts';
import { isMissing, labelFault, toCategories } from './sklearn/labels.ts';
import { show } from './sklearn/show.ts';
import type { EstimatorView } from './sklearn/view.ts';

/** What the categories of one column become, a row of numbers each. */
export interface CategoryRows {
  readonly width: number;
  readonly rows: readonly (readonly [category: PyValue, row: Float64Array])[];
  /** What a missing value becomes; null where it is an unknown category. */
  readonly missing: Float64Array | null;
  /** What an unknown category becomes; null refuses it. */
  readonly unknown: Float64Array | null;
}

/** The rows as columns of a table. Throws MODEL_UNSUPPORTED where categories are of several types. */
export function tableColumn(view: EstimatorView, field: string, given: CategoryRows): TableColumn {
  const present = given.rows.filter(([category]) => !isMissing(category));
  const items = present.map(([category]) => category);
  const categories = toCategories(items);
  if (categories === null)
    throw view.unsupported(
      field,
      `${show(items[0] ?? null)}, …${labelFault(items)}`,
      'categories of strings, of numbers or of bools are',
    );
  const rows = present.map(([, row]) => row);
  if (given.missing !== null) rows.push(given.missing);
  const flat = new Float64Array(rows.length * given.width);
  for (const [i, row] of rows.entries()) flat.set(row, i * given.width);
  return {
    categories: given.missing === null ? categories : withMissing(categories),
    width: given.width,
    rows: flat,
    unknown: given.unknown,
  };
}

function withMissing(categories: ColumnCategories): ColumnCategories {
  switch (categories.type) {
    case 'number':
      return { type: 'number', values: Float64Array.of(...categories.values, Number.NaN) };
    case 'string':
      return { type: 'string', values: [...categories.values, null] };
    case 'bool':
      return { type: 'bool', values: [...categories.values, null] };
  }
}

/** Zeros, but for a one in `slot`; no slot for zeros alone, null for any other row. */
function slotOf(row: Float64Array): number | null {
  const slot = row.findIndex((value) => value !== 0);
  if (slot < 0) return -1;
  return row[slot] === 1 && row.findLastIndex((value) => value !== 0) === slot ? slot : null;
}

/** A table whose rows hold a single one each, as the column of a one-hot encoder; null for any other table. */
export function asOneHot({ categories, width, rows, unknown }: TableColumn): OneHotColumn | null {
  if (width < 2) return null;
  const slots = Array.from({ length: categories.values.length }, (_, i) =>
    slotOf(rows.subarray(i * width, (i + 1) * width)),
  );
  const unknownSlot = unknown === null ? -1 : slotOf(unknown);
  if (unknownSlot === null || !slots.every((slot) => slot !== null)) return null;
  return { categories, slots: Int32Array.from(slots), width, unknownSlot };
}
