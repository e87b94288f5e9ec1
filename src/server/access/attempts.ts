import type { Rate } from '../../config/access.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { Store } from '../../store/store.ts';
import type { RefusedCall } from '../api/api.ts';
import { Buckets } from './buckets.ts';

/** Entries of refused attempts, whoever makes them: a log that others can fill is no log. */
const NOTED: Rate = { perSecond: 1 / 6, burst: 10 };

/** Notes in the audit log what was refused that would have changed something; of too many it keeps the number. */
export function noteAttempts(store: Store, clock: Clock, logger: Logger): (refused: RefusedCall) => void {
  const noted = new Buckets(NOTED, 1);
  let unnoted = 0;
  return ({ by, operation, code }) => {
    if (noted.take('all', clock.monotonic()) > 0) {
      unnoted++;
      return;
    }
    const body = { operation, code, unnotedBefore: unnoted };
    unnoted = 0;
    const at = Math.floor(clock.now());
    store.tables.audit
      .append({ at, by, what: 'access.refused', subject: 'access', body })
      .catch((error: Error) =>
        logger.warn({ error: error.message, by, operation }, 'a refused attempt is not in the audit log'),
      );
  };
}
