import { pandasValues } from '../pandas/values.ts';
import { objectState, sliceParts } from '../pickle/access.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from './arrays.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Columns that a branch of a ColumnTransformer sees. */
export interface ColumnSelection {
  readonly indexes: readonly number[];
  /** A single name or index selects a 1-D series. */
  readonly scalar: boolean;
}

/** What the table looked like at fit. */
export interface FittedTable {
  readonly width: number | null;
  readonly names: readonly string[] | null;
}

/**
 * Resolves one column specifier: name, index (negative counts from the end), lists and arrays of either, boolean
 * masks, slices of indexes or (end included) of names, and the list class that 1.5 to 1.8 kept the remainder in.
 */
export function selectColumns(
  view: EstimatorView,
  field: string,
  spec: PyValue,
  table: FittedTable,
): ColumnSelection {
  const fail = (): Error =>
    view.unsupported(field, show(spec), 'names, indexes, masks and slices of known columns are');
  const one = indexOf(spec, table);
  if (one !== null) return { indexes: [one], scalar: true };
  const slice = sliceParts(spec);
  const found = slice === null ? listed(spec, table) : sliced(slice, table);
  if (found === null) throw fail();
  return { indexes: found, scalar: false };
}

/** Index of a single name or number, or null where it is none. */
function indexOf(value: PyValue, table: FittedTable): number | null {
  const name = toText(value);
  if (name !== null) return table.names?.includes(name) === true ? table.names.indexOf(name) : null;
  if (typeof value === 'boolean' || isType(value, 'array')) return null;
  const number = toNumber(value);
  if (number === null || !Number.isInteger(number)) return null;
  const index = number < 0 && table.width !== null ? number + table.width : number;
  return index >= 0 && (table.width === null || index < table.width) ? index : null;
}

function listed(spec: PyValue, table: FittedTable): readonly number[] | null {
  const items = arrayItemsOf(spec) ?? wrappedItems(spec);
  if (items === null) return null;
  if (items.length > 0 && items.every((item) => typeof item === 'boolean')) {
    return table.width !== null && items.length !== table.width
      ? null
      : items.flatMap((item, i) => (item === true ? [i] : []));
  }
  const indexes = items.map((item) => indexOf(item, table));
  return indexes.every((index) => index !== null) ? indexes : null;
}

/** Items of `_RemainderColsList` (a UserList), and of a pandas Index or Series. */
function wrappedItems(spec: PyValue): readonly PyValue[] | null {
  if (!isType(spec, 'object')) return null;
  if (spec.cls.name === '_RemainderColsList') return arrayItemsOf(objectState(spec).get('data'));
  return pandasValues(spec);
}

function sliced(
  slice: NonNullable<ReturnType<typeof sliceParts>>,
  table: FittedTable,
): readonly number[] | null {
  if (table.width === null) return null;
  const step = slice.step === null ? 1 : toNumber(slice.step);
  const start = bound(slice.start, table, step === null || step > 0 ? 0 : table.width - 1, 0);
  const stop = bound(slice.stop, table, step === null || step > 0 ? table.width : -1, 1);
  if (step === null || !Number.isInteger(step) || step === 0 || start === null || stop === null) return null;
  const out: number[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) if (i >= 0 && i < table.width) out.push(i);
  return out;
}

/** A slice bound; a name as the end is included (`_get_column_indices`). */
function bound(value: PyValue, table: FittedTable, open: number, pastName: number): number | null {
  if (value === null) return open;
  const name = toText(value);
  if (name !== null) {
    const index = table.names?.indexOf(name) ?? -1;
    return index < 0 ? null : index + pastName;
  }
  const number = toNumber(value);
  if (number === null || !Number.isInteger(number)) return null;
  return number < 0 ? Math.max(number + table.width!, 0) : Math.min(number, table.width!);
}

/**
 * Names the table had at fit: `feature_names_in_` from 1.0, before that the pandas Index `_df_columns`; null where
 * there are none or they are not all strings.
 */
export function fittedTableOf(view: EstimatorView): FittedTable {
  const { features } = view.base();
  const value = view.get('feature_names_in_', '_df_columns', '_feature_names_in');
  const items = value === undefined || value === null ? null : (arrayItemsOf(value) ?? wrappedItems(value));
  const names = items?.map(toText) ?? [null];
  return { width: features, names: names.every((name) => name !== null) ? names : null };
}
