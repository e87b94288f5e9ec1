/** Elements that are there by construction, checked where no hot loop pays for it. Pure. */

/** The element at an index from 0. Throws RangeError where the list has none there. */
export function elementAt<T extends NonNullable<unknown> | null>(list: ArrayLike<T>, index: number): T {
  const element = list[index];
  if (element === undefined)
    throw new RangeError(`there is no element ${index}: the list has ${list.length}`);
  return element;
}

/** The value of a key. Throws RangeError where the record has none. */
export function valueOfKey<T extends NonNullable<unknown> | null>(
  record: Readonly<Record<string, T>>,
  key: string,
): T {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  if (value === undefined) throw new RangeError(`there is no key ${JSON.stringify(key)} in the record`);
  return value;
}

/** The last element. Throws RangeError where the list is empty. */
export const lastOf = <T extends NonNullable<unknown> | null>(list: ArrayLike<T>): T =>
  elementAt(list, list.length - 1);

/** The first element that `fits` is true of. Throws RangeError where the list has none. */
export function elementWhere<T extends NonNullable<unknown> | null>(
  list: readonly T[],
  fits: (element: T) => boolean,
): T {
  const element = list.find(fits);
  if (element === undefined) throw new RangeError(`none of the ${list.length} elements fits`);
  return element;
}

/** The value of a key. Throws RangeError where the map has none. */
export function valueInMap<K, V extends NonNullable<unknown> | null>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`there is no key ${String(key)} in the map`);
  return value;
}

/** A value that is there by what was asked or decided before. Throws RangeError naming it where it is not. */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new RangeError(`${what} is missing`);
  return value;
}
