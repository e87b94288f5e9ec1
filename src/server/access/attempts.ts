import type { RateLimit } from '../../config/access.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { Store } from '../../store/store.ts';
import type { RefusedCall } from '../api/admission.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Entries of refused attempts, whoever makes them: a log that others can fill is no log. */
const NOTED: RateLimit = { perSecond: 1 / 6, burst: 10 };

/** Notes in the audit log what was refused that would have changed something; of too many it keeps the number. */
export function noteAttempts(store: Store, clock: Clock, logger: Logger): (refused: RefusedCall) => void {
  const noted = new TokenBuckets(NOTED, 2);
  const unnoted = { keys: 0, strangers: 0 };
  return ({ by, operation, code }) => {
    // Strangers who knock a thousand times must not hide what somebody tries who holds a key.
    const kind = by.startsWith('key:') ? 'keys' : 'strangers';
    if (noted.take(kind, clock.monotonic()) > 0) {
      unnoted[kind]++;
      return;
    }
    const body = { operation, code, unnotedBefore: unnoted[kind] };
    unnoted[kind] = 0;
    const at = Math.floor(clock.now());
    store.tables.audit
      .append({ at, by, what: 'access.refused', subject: 'access', body })
      .catch((error: Error) =>
        logger.warn({ error: error.message, by, operation }, 'a refused attempt is not in the audit log'),
      );
  };
}
