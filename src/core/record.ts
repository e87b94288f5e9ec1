/** Whether a value is an object by keys: neither a list nor nothing. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keys of a table whose type names all of them: a literal, not what may hold more than its type says. */
export const keysOf = <T extends object>(table: T): readonly (keyof T & string)[] =>
  Object.keys(table) as (keyof T & string)[];

/** The texts of a list of unknown make; none where it is no list. */
export const textsIn = (list: unknown): readonly string[] =>
  Array.isArray(list) ? list.filter((text) => typeof text === 'string') : [];

/** Whether a table has an entry of its own under a key that came from elsewhere. */
export const hasKey = <T extends object>(table: T, key: PropertyKey): key is keyof T =>
  Object.hasOwn(table, key);

/** Whether a value that came from elsewhere is one of a list. */
export const isOneOf = <T>(list: readonly T[], value: unknown): value is T =>
  list.some((known) => known === value);

/** A record that has exactly these keys, each with what `of` says of it and of its place. */
export const recordOf = <K extends string, V>(
  keys: readonly K[],
  of: (key: K, index: number) => V,
): Readonly<Record<K, V>> => Object.fromEntries(keys.map((key, i) => [key, of(key, i)])) as Record<K, V>;
