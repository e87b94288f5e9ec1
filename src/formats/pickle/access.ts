import { isType, type PyDict, type PyObject, type PyValue } from './value.ts';

/** Lookups in values. Keys given by the file only ever live in Maps. */

const indexes = new WeakMap<object, ReadonlyMap<PyValue, PyValue>>();

/** String-keyed entries as a Map, made once a dict; a repeated key counts as its last value. */
function indexOf(
  owner: object,
  entries: readonly (readonly [PyValue, PyValue])[],
): ReadonlyMap<PyValue, PyValue> {
  let index = indexes.get(owner);
  if (index === undefined) {
    index = new Map(entries.filter(([key]) => typeof key === 'string'));
    indexes.set(owner, index);
  }
  return index;
}

/** The value under a string key, or undefined. */
export function dictGet(dict: PyDict, key: string): PyValue | undefined {
  return indexOf(dict, dict.entries).get(key);
}

const EMPTY: ReadonlyMap<string, PyValue> = new Map();

/**
 * Attributes of an object: its BUILD state, with `__slots__` where the state is `(dict, slots)`, and the entries of
 * dict subclasses (Bunch). Empty where the state is not of that form.
 */
export function objectState(object: PyObject): ReadonlyMap<string, PyValue> {
  const made = indexes.get(object) as ReadonlyMap<string, PyValue> | undefined;
  if (made !== undefined) return made;
  const parts =
    isType(object.state, 'tuple') && object.state.items.length === 2 ? object.state.items : [object.state];
  const dicts = parts.filter((part) => isType(part, 'dict'));
  const entries = [...object.entries, ...dicts.flatMap((dict) => dict.entries)];
  return entries.length === 0 ? EMPTY : (indexOf(object, entries) as ReadonlyMap<string, PyValue>);
}

/** Full class name: `sklearn.preprocessing._data.StandardScaler`. */
export const className = (object: PyObject): string => `${object.cls.module}.${object.cls.name}`;

/** The parts of a `slice(start, stop, step)`, or null where the value is no slice. */
export function sliceParts(
  value: PyValue | undefined,
): { start: PyValue; stop: PyValue; step: PyValue } | null {
  if (!isType(value, 'object') || value.cls.name !== 'slice' || !/^_*builtin(?:s|__)$/.test(value.cls.module))
    return null;
  const [start = null, stop = null, step = null] = value.args;
  return { start, stop, step };
}

/** Items of a list, tuple, set, frozenset or object array; null for anything else. */
export function pyItemsOf(value: PyValue | undefined): readonly PyValue[] | null {
  if (isType(value, 'list') || isType(value, 'tuple') || isType(value, 'set') || isType(value, 'frozenset'))
    return value.items;
  return isType(value, 'array') && !(value.data instanceof Uint8Array) ? value.data : null;
}
