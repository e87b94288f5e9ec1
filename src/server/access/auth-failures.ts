/** Requests that were let in by nobody: counted by why, and answered more slowly the more of them one address sends. */
import type { RateLimit } from '../../config/access.ts';
import { PlimsollError } from '../../core/errors.ts';
import { networkOf } from '../../core/network.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Wrong keys that one address may send at once, and then every second: a person who mistypes is told so. */
const FAILURES: RateLimit = { perSecond: 1, burst: 20 };

const MILLIS = 1000;
/** `retry-after` is in whole seconds. */
const secondsOf = (millis: number): number => Math.max(1, Math.ceil(millis / MILLIS));

/**
 * RATE_LIMITED after more attempts than an address may make, else `error`. Whoever holds a key is let in all the same:
 * nobody locks others out by failing from their address.
 */
export class AuthFailures {
  readonly #attempts = new TokenBuckets(FAILURES);

  judge(error: PlimsollError, address: string | undefined, now: number): PlimsollError {
    const network = networkOf(address);
    const wait = this.#attempts.take(network, now);
    return wait === 0 ? error : limited(`${network} with wrong keys`, FAILURES, wait);
  }
}

export const limited = (who: string, { perSecond, burst }: RateLimit, waitMillis: number): PlimsollError =>
  new PlimsollError('RATE_LIMITED', {
    who,
    limit: Math.round(perSecond * MILLIS) / MILLIS,
    burst,
    retry: secondsOf(waitMillis),
  });
