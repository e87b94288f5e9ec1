import type { PyDict, PyFloat, PyGlobal, PyInt, PyList, PyObject, PyTuple, PyValue } from './value.ts';

const SMALL_FROM = -128;
const SMALL_TO = 1024;

/** Small ints are shared, as in CPython: programs that push millions of them cost nothing. */
const SMALL: readonly PyInt[] = Array.from({ length: SMALL_TO - SMALL_FROM }, (_, i) => ({
  type: 'int',
  value: i + SMALL_FROM,
}));

export const isSmall = (value: number): boolean => value >= SMALL_FROM && value < SMALL_TO;

export function pyInt(value: number): PyInt {
  return isSmall(value) ? SMALL[value - SMALL_FROM]! : { type: 'int', value };
}

/** The int of a bigint: a bigint only outside the safe range. */
export function pyLong(value: bigint): PyInt | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? pyInt(number) : value;
}

export const pyFloat = (value: number): PyFloat => ({ type: 'float', value });
export const pyList = (items: PyValue[] = []): PyList => ({ type: 'list', items });
export const pyTuple = (items: readonly PyValue[]): PyTuple => ({ type: 'tuple', items });
export const EMPTY_TUPLE: PyTuple = pyTuple([]);
export const pyDict = (entries: [PyValue, PyValue][] = [], cls: PyGlobal | null = null): PyDict => ({
  type: 'dict',
  entries,
  cls,
});

export function pyObject(
  cls: PyGlobal,
  args: readonly PyValue[],
  kwargs: PyDict | null,
  offset: number,
): PyObject {
  return { type: 'object', cls, args, kwargs, state: null, items: [], entries: [], offset };
}
