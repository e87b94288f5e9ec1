/** Counts of things. Pure. */
import { grouped } from './numbers.ts';

/** `3 rows`, `1 row`. */
export const countText = (n: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(n)} ${n === 1 ? noun : plural}`;
