/** When the store is away: nothing can be written, and mostly nothing read, until somebody or something mends it. Pure. */
import { isPlimsollError } from '../core/errors.ts';

const AWAY: ReadonlySet<string> = new Set([
  'STORE_UNAVAILABLE',
  'STORE_UNWRITABLE',
  'STORE_BUSY',
  'STORE_DAMAGED',
]);

/** Whether this was thrown because the store is away, and not because of what was asked of it. */
export const isStoreAway = (error: unknown): boolean => isPlimsollError(error) && AWAY.has(error.code);

/** What `work` comes to, or `known` where the store is away; where that is null, the error of the store is thrown. */
export async function orKnown<T>(work: () => Promise<T>, known: () => T | null): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const otherwise = isStoreAway(error) ? known() : null;
    if (otherwise === null) throw error;
    return otherwise;
  }
}
