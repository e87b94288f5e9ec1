/** When a notice that did not go through is tried again, and when no more. Pure. */
import type { Random } from '../../core/ports.ts';
import type { DeliveryRow } from '../../store/monitoring/monitoring.ts';

const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 900_000;
/** A notice is given up when it is so old, or was tried so often. */
export const MAX_AGE = 86_400_000;
const MAX_ATTEMPTS = 120;
/** A refusal is believed when it comes for the third time: the other side may be just being deployed. */
const MAX_REFUSALS = 3;

export interface Failure {
  readonly detail: string;
  readonly retry: 'later' | 'hardly';
  readonly after: number | null;
}

/**
 * The row after an attempt that failed: a pause of 5 s that doubles up to 15 min, of which a random half is left out so that
 * notices do not come back all at once; never less than the other side asked for. Dead where that would be too late.
 */
export function afterFailure(row: DeliveryRow, failure: Failure, now: number, random: Random): DeliveryRow {
  const attempts = row.attempts + 1;
  const doubled = Math.min(FIRST_PAUSE * 2 ** Math.min(attempts - 1, 20), LONGEST_PAUSE);
  const pause = Math.max(doubled * (0.5 + random.next() / 2), failure.after ?? 0);
  const notBefore = Math.ceil(now + pause);
  const isGivenUp =
    attempts >= MAX_ATTEMPTS ||
    notBefore - row.createdAt > MAX_AGE ||
    (failure.retry === 'hardly' && attempts >= MAX_REFUSALS);
  return { ...row, state: isGivenUp ? 'dead' : 'waiting', attempts, notBefore, error: failure.detail };
}
