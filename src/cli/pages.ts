import type { Page, PageRequest } from '../store/store.ts';

/** Every row of a paged list, a page at a time. */
export async function* allPages<T>(
  list: (page: PageRequest) => Promise<Page<T>>,
): AsyncGenerator<readonly T[]> {
  let cursor: string | undefined;
  do {
    const { items, next } = await list({ limit: 1000, cursor });
    yield items;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}

/** The same in one list. */
export async function allRows<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const rows: T[] = [];
  for await (const items of allPages(list)) rows.push(...items);
  return rows;
}
