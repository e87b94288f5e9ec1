import { ReadBudget } from '../../budget.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import type { ObjectFile } from '../../object-file.ts';
import { pyDict, pyFloat, pyInt, pyList, pyObject, pyTuple } from '../../pickle/construct.ts';
import type { PyArray, PyDType, PyObject, PyValue } from '../../pickle/value.ts';
import { type Reader, Reading } from '../reading.ts';

/** Python values for tests, as the pickle machine would give them. */

/** A JavaScript value as a Python one: numbers are floats, arrays lists. */
export function py(value: unknown): PyValue {
  if (typeof value === 'number') return pyFloat(value);
  if (Array.isArray(value)) return pyList(value.map(py));
  return value as PyValue;
}

export const int = pyInt;
export const tuple = (...items: unknown[]): PyValue => pyTuple(items.map(py));

const float64: PyDType = {
  type: 'dtype',
  code: 'f',
  itemSize: 8,
  littleEndian: true,
  fields: null,
  subShape: null,
};
const object: PyDType = { ...float64, code: 'O' };

/** A float64 array, C order. */
export const floats = (numbers: readonly number[], shape: readonly number[] = [numbers.length]): PyArray => ({
  type: 'array',
  dtype: float64,
  shape,
  fortran: false,
  data: new Uint8Array(Float64Array.from(numbers).buffer),
  mask: null,
  offset: 0,
}); // prettier-ignore

/** An object array of any Python values. */
export const objects = (...items: unknown[]): PyArray => ({
  type: 'array',
  dtype: object,
  shape: [items.length],
  fortran: false,
  data: items.map(py),
  mask: null,
  offset: 0,
}); // prettier-ignore

/** A record array whose fields are all float64. */
export function records(columns: Readonly<Record<string, readonly number[]>>): PyArray {
  const names = Object.keys(columns);
  const rows = columns[names[0]!]!.length;
  const fields = names.map((name, i) => ({ name, dtype: float64, offset: 8 * i }));
  const numbers = Array.from(
    { length: rows * names.length },
    (_, i) => columns[names[i % names.length]!]![Math.floor(i / names.length)]!,
  );
  const dtype: PyDType = { ...float64, code: 'V', itemSize: 8 * names.length, fields };
  return { ...floats(numbers, [rows]), dtype };
}

/** An object of a class with attributes; `args` are those of its REDUCE. */
export function instance(
  name: string,
  attributes: Readonly<Record<string, unknown>> = {},
  args: readonly PyValue[] = [],
  offset = 7,
): PyObject {
  const dot = name.lastIndexOf('.');
  const cls = { type: 'global', module: name.slice(0, dot), name: name.slice(dot + 1), offset } as const;
  const made = pyObject(cls, args, null, offset);
  made.state = pyDict(Object.entries(attributes).map(([key, value]): [PyValue, PyValue] => [key, py(value)]));
  return made;
}

export const file = (root: PyValue): ObjectFile => ({
  format: 'pickle',
  compression: null,
  root,
  globals: [],
  notes: [],
  budget: defaultBudget(),
});

const defaultBudget = (): ReadBudget => new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });

/** A reading that knows no class, or all by the same reader. */
export const testReading = (reader: Reader | null = null): Reading =>
  new Reading(() => reader, defaultBudget());
