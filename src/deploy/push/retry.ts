/** What may be over in a minute is tried again: waits grow, differ between clients, and are at least what is asked for. */
import { PlimsollError } from '../../core/errors.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { type RetryOptions, retry } from '../../core/retry.ts';
import { retryAfterMillis } from '../../http/client.ts';
import { isTransientStatus, pushErrorOf, saysCode } from './push-error.ts';
import { NoAnswer, type TransportResponse } from './transport.ts';

/** First half a second, give or take a half of it by chance, then twice as much each time. */
const RETRIES = { attempts: 6, backoff: { firstMillis: 750, maxMillis: 12_000, jitter: 2 / 3 } };
/** Nobody is waited for longer than that. */
const WAIT_MAX_MILLIS = 60_000;

/** An answer other than those that were wanted. */
export class Unwanted extends Error {
  readonly answer: TransportResponse;
  constructor(answer: TransportResponse) {
    super(`status ${answer.status}`);
    this.name = 'Unwanted';
    this.answer = answer;
  }
}

/** The answer, if its status is one of those. Throws Unwanted. */
export function wanted(answer: TransportResponse, statuses: readonly number[]): TransportResponse {
  if (statuses.includes(answer.status)) return answer;
  throw new Unwanted(answer);
}

export interface RetrySettings {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  readonly retries?: Pick<RetryOptions, 'attempts' | 'backoff'> | undefined;
}

/**
 * Does it until it is done, or it makes no sense to go on. Throws REGISTRY_UNREACHABLE, REGISTRY_DENIED, REGISTRY_REFUSED,
 * REGISTRY_INSECURE, and whatever else `work` throws. `action` and `where` are for messages.
 */
export async function retryRequest<T>(
  { clock, random, signal, retries = RETRIES }: RetrySettings,
  { action, where }: { readonly action: string; readonly where: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await retry(work, {
      ...{ ...retries, isRetryable, signal, random },
      retryAfterMillis: (error) => retryAfter(error, clock.now()),
    });
  } catch (error) {
    throw coded(error, action, where);
  }
}

function isRetryable(error: unknown): boolean {
  if (error instanceof NoAnswer) return error.kind === 'network';
  if (!(error instanceof Unwanted)) return false;
  // A session of an upload that is gone: the next attempt begins another one.
  return isTransientStatus(error.answer.status) || saysCode(error.answer, 'BLOB_UPLOAD_UNKNOWN');
}

function retryAfter(error: unknown, now: number): number {
  const value =
    error instanceof Unwanted
      ? error.answer.headers['retry-after']
      : error instanceof NoAnswer
        ? error.retryAfter
        : undefined;
  return retryAfterMillis(value, now, WAIT_MAX_MILLIS) ?? 0;
}

function coded(error: unknown, action: string, where: string): unknown {
  if (error instanceof Unwanted) return pushErrorOf(error.answer, action, where);
  if (!(error instanceof NoAnswer)) return error;
  const { kind, message: reason } = error;
  if (kind === 'network') return new PlimsollError('REGISTRY_UNREACHABLE', { action, where, reason });
  if (kind === 'certificate') return new PlimsollError('REGISTRY_INSECURE', { where, reason });
  return new PlimsollError('REGISTRY_INVALID', { where, found: reason, wanted: 'less' });
}
