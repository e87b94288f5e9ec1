import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, isPlimsollError } from '../core/errors.ts';

/** Pauses before the next attempts: a minute in all, which a database takes to start again. */
const PAUSES_MILLIS = [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000];

/** Does it again for a minute where it fails with one of `codes`; whatever else it throws is thrown at once. */
export async function retrying<T>(
  codes: readonly ErrorCode[],
  work: () => Promise<T>,
  pauses: readonly number[] = PAUSES_MILLIS,
): Promise<T> {
  for (const pause of pauses) {
    try {
      return await work();
    } catch (error) {
      if (!isPlimsollError(error) || !codes.includes(error.code)) throw error;
      await sleep(pause);
    }
  }
  return work();
}
