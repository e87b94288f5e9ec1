/** Maps whose entries stand in the order of their last use. Pure. */

/** Puts an entry at the end, and takes out those at the beginning that are more than `most`; returns their values. */
export function renewEntry<T>(entries: Map<string, T>, key: string, value: T, most: number): readonly T[] {
  entries.delete(key);
  entries.set(key, value);
  const old: T[] = [];
  for (const [first, entry] of entries) {
    if (entries.size <= most) break;
    entries.delete(first);
    old.push(entry);
  }
  return old;
}
