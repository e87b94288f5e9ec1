import {
  elementsOf,
  fieldColumn,
  hasField,
  isNumeric,
  numberOf,
  scalarValue,
  toFloat64,
  toValues,
} from '../numpy/decode.ts';
import { pandasValues } from '../pandas/values.ts';
import { isType, type PyArray, type PyValue } from '../pickle/value.ts';

/** Any Python number as a JavaScript number (int, float, bool, numpy scalar, array of one); null for anything else. */
export function toNumber(value: PyValue | undefined): number | null {
  const single = isType(value, 'array') && elementsOf(value) === 1 && value.shape.length > 0;
  return single ? (toNumbers(value)?.[0] ?? null) : numberOf(value);
}

/** Items of a numeric array in C order (a copy: the file's bytes are not kept alive); null where some item is no number. */
export function toNumbers(array: PyArray): Float64Array | null {
  if (array.data instanceof Uint8Array)
    return isNumeric(array.dtype) && array.dtype.subShape === null ? toFloat64(array) : null;
  const numbers = array.data.map(numberOf);
  return numbers.every((number) => number !== null) ? Float64Array.from(numbers) : null;
}

/** Items of an array of any understood dtype as Python values in C order, else null. */
function toItems(array: PyArray): readonly PyValue[] | null {
  const { code, fields, subShape } = array.dtype;
  const understood = isNumeric(array.dtype) || code === 'U' || code === 'S' || code === 'O';
  return fields === null && subShape === null && understood ? toValues(array) : null;
}

/** Text of a `str` or numpy string scalar, else null. */
export function toText(value: PyValue | undefined): string | null {
  if (typeof value === 'string') return value;
  if (!isType(value, 'scalar') || value.dtype.code !== 'U') return null;
  const text = scalarValue(value);
  return typeof text === 'string' ? text : null;
}

/** One numeric field of every record of a structured array, under the first spelling it has; null without one. */
export function recordColumn(array: PyArray, ...names: readonly string[]): Float64Array | null {
  const name = names.find((one) => hasField(array, one));
  const field = array.dtype.fields?.find((one) => one.name === name);
  if (name === undefined || field === undefined || !isNumeric(field.dtype) || field.dtype.subShape !== null)
    return null;
  return array.data instanceof Uint8Array ? fieldColumn(array, name) : null;
}

/** Items of a list, tuple, set or array, or of an index, a series or an array of pandas; null for anything else. */
export function arrayItemsOf(value: PyValue | undefined): readonly PyValue[] | null {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return null;
  switch (value.type) {
    case 'list':
    case 'tuple':
    case 'set':
    case 'frozenset':
      return value.items;
    case 'array':
      return toItems(value);
    case 'object':
      return pandasValues(value);
    default:
      return null;
  }
}
