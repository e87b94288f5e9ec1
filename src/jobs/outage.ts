import type { ErrorCode } from '../core/errors.ts';
import { hasCode, retry } from '../core/retry.ts';

/** A minute in all, which a database takes to start again. */
const BACKOFF = { firstMillis: 250, maxMillis: 15_000 };
const ATTEMPTS = 10;

/** Does `work` again for a minute where it fails with one of `codes`: the other side is away, and may come back. */
export const retryOutage = <T>(codes: readonly ErrorCode[], work: () => Promise<T>): Promise<T> =>
  retry(work, { backoff: BACKOFF, attempts: ATTEMPTS, isRetryable: hasCode(...codes) });
