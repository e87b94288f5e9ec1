/**
 * Lists in parts. A cursor is the key of the last row that was given out, in base64url: it stays good when rows come
 * and go, and says nothing about how many there are. Pure.
 */
import { PlimsollError } from '../core/errors.ts';
import { readRows } from './row-schema.ts';
import type { Page, PageRequest, RowPage } from './store.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const MAX_CURSOR = 4096;

type Key = string | number;
/** Names of the types of a key, in order: what a cursor of this list must hold. */
type Shape = readonly ('string' | 'number')[];

/** Rows that a request wants at most. Refuses what is no whole number from 1 to 1000. */
export function limitOf(page: PageRequest | undefined): number {
  const limit = page?.limit ?? DEFAULT_LIMIT;
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new PlimsollError('PAGE_INVALID', {
    field: 'limit',
    found: String(limit).slice(0, 40),
    wanted: `a whole number from 1 to ${MAX_LIMIT}`,
  });
}

/** The key after which a list goes on, or null at its beginning. Refuses a cursor that this list never gave out. */
export function keyOf<const S extends Shape>(
  list: string,
  shape: S,
  page: PageRequest | undefined,
): { [I in keyof S]: S[I] extends 'string' ? string : number } | null {
  if (page?.cursor === undefined) return null;
  const parsed = page.cursor.length <= MAX_CURSOR ? parse(page.cursor) : null;
  const key = Array.isArray(parsed) && parsed[0] === list ? parsed.slice(1) : null;
  const fits =
    key !== null &&
    key.length === shape.length &&
    key.every((part, i) => typeof part === shape[i] && (shape[i] === 'string' || Number.isSafeInteger(part)));
  if (fits) return key as never;
  throw new PlimsollError('PAGE_INVALID', {
    field: 'cursor',
    found: JSON.stringify(page.cursor.slice(0, 40)),
    wanted: 'one that the part before it gave as "next"',
  });
}

function parse(cursor: string): unknown {
  if (!/^[\w-]+$/.test(cursor)) return null;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

/** The cursor that a list goes on from after a key. */
export const cursorOf = (list: string, key: readonly Key[]): string =>
  Buffer.from(JSON.stringify([list, ...key])).toString('base64url');

/** The page of rows that were asked for with one more than `limit`, to know whether there is a next one. */
export function pageOf<R, T>(
  list: string,
  rows: readonly R[],
  limit: number,
  key: (row: R) => readonly Key[],
  item: (row: R) => T,
): Page<T> {
  const given = rows.slice(0, limit);
  const last = rows.length > limit ? given.at(-1) : undefined;
  const next = last === undefined ? null : cursorOf(list, key(last));
  return { items: given.map(item), next };
}

/** The same of rows that are read one by one: those that are damaged are told apart. */
export function rowPageOf<R extends object, T>(
  list: string,
  rows: readonly R[],
  limit: number,
  key: (row: R) => readonly Key[],
  read: (row: R) => T,
): RowPage<T> {
  const { items, next } = pageOf(list, rows, limit, key, (row) => row);
  return { ...readRows(items, read), next };
}
