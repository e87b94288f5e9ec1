/** Walking lists that come in parts. Pure. */
import type { Page, PageRequest } from './store.ts';

type List<T> = (page: PageRequest) => Promise<Page<T>>;

/** The most that a list gives at a time. */
const LIMIT = 1000;

/** A list part by part. */
export async function* allPages<T>(list: List<T>): AsyncGenerator<readonly T[]> {
  let cursor: string | undefined;
  do {
    const { items, next } = await list({ limit: LIMIT, cursor });
    yield items;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}

/** A list row by row, read a part at a time. */
export async function* eachRow<T>(list: List<T>): AsyncGenerator<T> {
  for await (const items of allPages(list)) yield* items;
}

/** A whole list. */
export async function allRows<T>(list: List<T>): Promise<readonly T[]> {
  const rows: T[] = [];
  for await (const items of allPages(list)) rows.push(...items);
  return rows;
}
