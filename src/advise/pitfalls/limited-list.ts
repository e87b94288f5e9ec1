import type { Page, PageRequest } from '../../store/store.ts';

/** Rows of one part. */
const PART = 100;

/** The first of a list, part by part, and whether there are more. */
export async function limitedList<T>(
  list: (page: PageRequest) => Promise<Page<T>>,
  most: number,
  isWanted: (item: T) => boolean = () => true,
): Promise<{ readonly items: readonly T[]; readonly hasMore: boolean }> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (;;) {
    const part = await list({ limit: Math.min(PART, most - items.length), cursor });
    const wanted = part.items.filter(isWanted);
    items.push(...wanted);
    // A list in order that has come to what is not wanted has no more of what is.
    if (part.next === null || wanted.length < part.items.length) return { items, hasMore: false };
    if (items.length >= most) return { items, hasMore: true };
    cursor = part.next;
  }
}
