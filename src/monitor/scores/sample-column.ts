/** Columns as scores see them: values in the order of their rows, and what each library keeps of them. Pure. */
import { elementAt } from '../../core/element-at.ts';

export type SampleColumn =
  /** NaN: missing. `integers`: the file says that the numbers are whole (and pandas keeps them so where none is missing). */
  | { readonly kind: 'number'; readonly values: Float64Array; readonly integers: boolean }
  | { readonly kind: 'category'; readonly values: readonly (string | null)[] };

export type CategoryValue = string | number;

/** A column of one file beside the same column of another, both of one kind. */
export interface ColumnPair {
  readonly reference: SampleColumn;
  readonly current: SampleColumn;
}

/** Numbers that are there; infinities among them. The same array where none is missing. */
export function presentNumbers(values: Float64Array): Float64Array {
  return kept(values, (value) => !Number.isNaN(value));
}

/** The same array where all are finite. */
export function finiteNumbers(values: Float64Array): Float64Array {
  return kept(values, Number.isFinite);
}

function kept(values: Float64Array, is: (value: number) => boolean): Float64Array {
  for (let i = 0; i < values.length; i++) if (!is(elementAt(values, i))) return values.filter(is);
  return values;
}

/** How often each category occurs; nothing for the missing. */
export function countCategories<C extends CategoryValue>(values: Iterable<C | null>): Map<C, number> {
  const counts = new Map<C, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Counts of two samples over the same keys: those of the first, then those that only the second has. */
export interface ContingencyTable {
  readonly keys: readonly CategoryValue[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

export function contingencyTable(
  reference: ReadonlyMap<CategoryValue, number>,
  current: ReadonlyMap<CategoryValue, number>,
): ContingencyTable {
  const keys = [...new Set([...reference.keys(), ...current.keys()])];
  return {
    keys,
    reference: keys.map((key) => reference.get(key) ?? 0),
    current: keys.map((key) => current.get(key) ?? 0),
  };
}

const codePoints = (text: string): Uint32Array =>
  Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0);

/** Ascending: numbers by value, text by code points, as Python sorts them. */
export function compareCategories(a: CategoryValue, b: CategoryValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [codePoints(String(a)), codePoints(String(b))];
  const at = left.findIndex((point, i) => point !== right[i]);
  return at < 0 || at >= right.length
    ? left.length - right.length
    : elementAt(left, at) - elementAt(right, at);
}
