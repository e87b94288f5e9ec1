import type { ColumnCategories } from '../../model/encoding.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { PyValue } from '../pickle/value.ts';
import { toNumber, toText } from './arrays.ts';

type LabelType = LabelSet['type'];

/** Type of one label value, or null where it can't be a label (None, bytes, tuples). */
function labelType(value: PyValue): LabelType | null {
  if (toText(value) !== null) return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return null;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return null;
  if (value.type === 'int') return 'int';
  if (value.type === 'float') return 'float';
  if (value.type !== 'scalar') return null;
  const code = value.dtype.code;
  return code === 'f' ? 'float' : code === 'b' ? 'bool' : code === 'i' || code === 'u' ? 'int' : null;
}

/**
 * Labels of one type, or null for mixed types and for integers beyond 2^53 (they would lose their identity).
 */
export function toLabels(items: readonly PyValue[]): LabelSet | null {
  const first = items[0];
  const type = first === undefined ? null : labelType(first);
  if (type === null || items.some((item) => labelType(item) !== type)) return null;
  if (type === 'string') return { type, values: items.map((item) => toText(item)!) };
  const numbers = items.map((item) => toNumber(item)!);
  if (type === 'bool') return { type, values: numbers.map((n) => n !== 0) };
  if (type === 'int' && !numbers.every(Number.isSafeInteger)) return null;
  return { type, values: numbers };
}

/** What keeps items from being labels or categories, for the message. */
export function labelFault(items: readonly PyValue[] | null): string {
  if (items?.some((item) => typeof item === 'bigint' || isUnsafeInt(item)))
    return ' with an integer beyond 2^53, which JSON cannot carry';
  if (items === null) return '';
  if (items.filter(isMissing).length > 1) return ' with two kinds of missing value';
  return new Set(items.map(labelType)).size < 2 ? '' : ' of mixed types';
}

const isUnsafeInt = (item: PyValue): boolean =>
  labelType(item) === 'int' && !Number.isSafeInteger(toNumber(item));

/**
 * Categories of one column; None and NaN are the missing category. Null for mixed types, and where both None and NaN
 * are categories (a JSON null could be either).
 */
export function toCategories(items: readonly PyValue[]): ColumnCategories | null {
  const present = items.filter((item) => !isMissing(item));
  if (items.length - present.length > 1) return null;
  if (present.length === 0) return { type: 'number', values: new Float64Array(items.length).fill(NaN) };
  const types = new Set(present.map(labelType));
  const [only, ...others] = types;
  if (others.length === 0 && only === 'string')
    return { type: 'string', values: items.map((item) => toText(item)) };
  if (others.length === 0 && only === 'bool' && present.length === items.length)
    return { type: 'bool', values: items.map((item) => toNumber(item) === 1) };
  if (types.has(null) || types.has('string') || types.has('bool')) return null;
  return { type: 'number', values: Float64Array.from(items, (item) => toNumber(item) ?? NaN) };
}

/** None, NaN, pandas.NA. */
export function isMissing(value: PyValue): boolean {
  if (value === null) return true;
  if (typeof value === 'object' && !(value instanceof Uint8Array) && value.type === 'global')
    return value.name === 'NA';
  return isNaNValue(value);
}

/** A float that is NaN; what scikit-learn's `is_scalar_nan` accepts. */
export const isNaNValue = (value: PyValue): boolean => {
  const number = toText(value) === null && typeof value === 'object' ? toNumber(value) : null;
  return number !== null && Number.isNaN(number);
};
