/** When a notice that did not go through is tried again, and when no more. Pure. */
import { backoffMillis } from '../../core/backoff.ts';
import type { Random } from '../../core/ports.ts';
import type { DeliveryRow } from '../../store/monitoring/monitoring.ts';

/** Half of a pause is left to chance, so that notices do not come back all at once. */
const BACKOFF = { firstMillis: 5000, maxMillis: 900_000, jitter: 0.5 };
/** A notice is given up when it is so old, or was tried so often. */
export const NOTICE_MAX_AGE_MS = 86_400_000;
const MAX_ATTEMPTS = 120;
/** A refusal is believed when it comes for the third time: the other side may be just being deployed. */
const MAX_REFUSALS = 3;

export interface DeliveryFailure {
  readonly detail: string;
  readonly retry: 'later' | 'hardly';
  readonly after: number | null;
}

/**
 * The row after an attempt that failed: a pause of 5 s that doubles up to 15 min, never less than the other side asked for.
 * Dead where that would be too late.
 */
export function afterFailure(
  row: DeliveryRow,
  failure: DeliveryFailure,
  now: number,
  random: Random,
): DeliveryRow {
  const attempts = row.attempts + 1;
  const pause = Math.max(backoffMillis(BACKOFF, attempts, random.next()), failure.after ?? 0);
  const notBefore = Math.ceil(now + pause);
  const isGivenUp =
    attempts >= MAX_ATTEMPTS ||
    notBefore - row.createdAt > NOTICE_MAX_AGE_MS ||
    (failure.retry === 'hardly' && attempts >= MAX_REFUSALS);
  return { ...row, state: isGivenUp ? 'dead' : 'waiting', attempts, notBefore, error: failure.detail };
}
