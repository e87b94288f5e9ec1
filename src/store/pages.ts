/** Walking lists that come in parts. Pure. */
import type { DamagedRow } from './row-schema.ts';
import type { Page, PageRequest } from './store.ts';

/** A part of a list; one of the store may tell damaged rows apart. */
type Part<T> = Page<T> & { readonly damaged?: readonly DamagedRow[] };
type List<T> = (page: PageRequest) => Promise<Part<T>>;

/** Told of each row that cannot be used and is left out. */
type OnDamaged = (row: DamagedRow) => void;

/** The most that a list gives at a time. */
const LIMIT = 1000;

function refuseDamaged({ error }: DamagedRow): never {
  throw error;
}

/** A list part by part. Throws STORE_ROW_INVALID where a row is damaged, unless somebody is told of those. */
export async function* allPages<T>(
  list: List<T>,
  onDamaged: OnDamaged = refuseDamaged,
): AsyncGenerator<readonly T[]> {
  let cursor: string | undefined;
  do {
    const { items, next, damaged = [] } = await list({ limit: LIMIT, cursor });
    for (const row of damaged) onDamaged(row);
    yield items;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}

/** A list row by row, read a part at a time. Throws as `allPages` does. */
export async function* eachRow<T>(list: List<T>, onDamaged?: OnDamaged): AsyncGenerator<T> {
  for await (const items of allPages(list, onDamaged)) yield* items;
}

/** A whole list. Throws as `allPages` does. */
export async function allRows<T>(list: List<T>, onDamaged?: OnDamaged): Promise<readonly T[]> {
  const rows: T[] = [];
  for await (const items of allPages(list, onDamaged)) rows.push(...items);
  return rows;
}
