import type { PyValue } from '../pickle/value.ts';
import { show, showDType } from './show.ts';

/**
 * Name of a `dtype=` parameter (`float64`, `int32`): a numpy type or Python class by name, a dtype record, or text.
 * numpy 1.x pickles scalar types under `numpy`, dtype classes under `numpy.dtypes` or `numpy.dtype[float64]`.
 */
export function dtypeName(value: PyValue | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    if (value.type === 'dtype') return showDType(value);
    if (value.type === 'global') return ALIASES[value.name] ?? value.name;
  }
  return show(value);
}

const ALIASES: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  float: 'float64',
  float_: 'float64',
  double: 'float64',
  int: 'int64',
  int_: 'int64',
  intp: 'int64',
  longlong: 'int64',
  bool_: 'bool',
});
