import { seriesEntries } from '../pandas/frame.ts';
import { dictGet } from '../pickle/access.ts';
import type { PyValue } from '../pickle/value.ts';
import { isType } from '../pickle/value.ts';
import { toNumber, toText } from '../sklearn/arrays.ts';
import { isMissing } from '../sklearn/labels.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { type ColumnLabel, columnLabel } from './frame-columns.ts';

/** Codes that `OrdinalEncoder` gives where there is no category (`UNKNOWN_SENTINEL`, `MISSING_SENTINEL`). */
const UNKNOWN = -1;
export const MISSING_CODE = -2;

/** What the ordinal encoder, on its own or inside of others, makes of one column. */
export interface OrdinalCodes {
  readonly codes: readonly (readonly [category: PyValue, code: number])[];
  /** Code of a missing value; null where it is an unknown category. */
  readonly missing: number | null;
  /** Code of an unknown category; null refuses it. */
  readonly unknown: number | null;
}

/** What an option says: one of its words, or a number instead. Functions are refused. */
export function policyOf<const T extends string>(
  view: EstimatorView,
  name: string,
  words: readonly T[],
): T | number | null {
  const value = view.get(name);
  if (value === undefined || value === null) return null;
  if (toText(value) !== null) return view.choice(name, words);
  const number = typeof value === 'object' ? toNumber(value) : null;
  if (number === null) throw view.unsupported(name, show(value), 'words and numbers are');
  return number;
}

/** Items of `mapping` as a list of `{'col', 'mapping', …}`. */
export function mappingsOf(view: EstimatorView): ReadonlyMap<ColumnLabel, PyValue> {
  return new Map(
    view.items('mapping').map((item) => {
      const label = isType(item, 'dict') ? columnLabel(dictGet(item, 'col')) : null;
      const mapping = isType(item, 'dict') ? dictGet(item, 'mapping') : undefined;
      if (label === null || mapping === undefined)
        throw view.invalid('mapping', show(item), 'a column and its mapping');
      return [label, mapping];
    }),
  );
}

/**
 * `OrdinalEncoder.ordinal_encoding`: a category by the mapping, what it lacks by `handle_unknown`, then the code that stands
 * for missing by `handle_missing`.
 */
export function ordinalCodes(view: EstimatorView): ReadonlyMap<ColumnLabel, OrdinalCodes> {
  const onUnknown = policyOf(view, 'handle_unknown', ['value', 'return_nan', 'error']);
  const onMissing = policyOf(view, 'handle_missing', ['value', 'return_nan', 'error']);
  const unknown =
    onUnknown === 'error'
      ? null
      : onUnknown === 'value'
        ? UNKNOWN
        : typeof onUnknown === 'number'
          ? onUnknown
          : Number.NaN;
  const finish = (code: number): number => {
    if (code !== MISSING_CODE) return code;
    return onMissing === 'return_nan' ? Number.NaN : typeof onMissing === 'number' ? onMissing : code;
  };
  return new Map(
    Array.from(mappingsOf(view), ([label, mapping]) => {
      const codes = numberEntries(view, `mapping[${label}]`, mapping);
      const missing = codes.find(([category]) => isMissing(category));
      const found: OrdinalCodes = {
        codes: codes.map(([category, code]) => [category, finish(code)]),
        missing: missing === undefined ? null : finish(missing[1]),
        unknown,
      };
      return [label, found];
    }),
  );
}

/** Labels and numbers of a Series. */
export function numberEntries(
  view: EstimatorView,
  field: string,
  value: PyValue | undefined,
): readonly (readonly [PyValue, number])[] {
  // Up to 2.5 a mapping that is given stays the dict that it is; a missing cell is NaN, which never meets its None.
  const entries = isType(value, 'dict')
    ? value.entries.filter(([key]) => key !== null)
    : seriesEntries(value);
  if (entries === null) throw view.invalid(field, show(value ?? null), 'a Series of numbers');
  view.reading.repeat(entries.length, view.origin);
  return entries.map(([label, item]) => {
    const number = item === null ? Number.NaN : toNumber(item);
    if (number === null) throw view.unsupported(field, show(item), 'numbers are');
    return [label, number];
  });
}
