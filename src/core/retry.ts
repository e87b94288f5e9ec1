import { setTimeout as timer } from 'node:timers/promises';
import { Backoff, type BackoffPolicy } from './backoff.ts';
import { type ErrorCode, isPlimsollError } from './errors.ts';
import type { Clock, Random } from './ports.ts';

/** Waits so many milliseconds; rejects where the signal ends it. */
export type Sleep = (millis: number, signal?: AbortSignal) => Promise<unknown>;

export interface RetryOptions {
  /** Pauses between attempts. One that is given as `Backoff` can be reset meanwhile, by work that has come so far. */
  readonly backoff: BackoffPolicy | Backoff;
  /** Attempts in all. @default {Infinity} */
  readonly attempts?: number | undefined;
  /** No attempt begins later than so many milliseconds after the first. @default {Infinity} */
  readonly maxElapsedMillis?: number | undefined;
  /** Whether another attempt may come to something else. @default every error */
  readonly isRetryable?: ((error: unknown) => boolean) | undefined;
  /** Milliseconds that the other side asks to be waited for at least: `Retry-After`. */
  readonly retryAfterMillis?: ((error: unknown) => number) | undefined;
  /** Told before each pause. */
  readonly onRetry?: ((error: unknown, pauseMillis: number) => void) | undefined;
  /** Ends the wait for the next attempt: `retry` then rejects with an AbortError. */
  readonly signal?: AbortSignal | undefined;
  readonly random?: Random | undefined;
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
  readonly sleep?: Sleep | undefined;
}

const sleepFor: Sleep = (millis, signal) => timer(millis, undefined, { signal });
const STEADY_CLOCK: Pick<Clock, 'monotonic'> = { monotonic: () => performance.now() };

/** Does `work` until it succeeds or another attempt makes no sense; then it throws what the last attempt threw. */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts = Number.POSITIVE_INFINITY, maxElapsedMillis = Number.POSITIVE_INFINITY } = options;
  const { isRetryable, retryAfterMillis, onRetry, signal, random } = options;
  const { backoff, clock = STEADY_CLOCK, sleep = sleepFor } = options;
  const pauses = backoff instanceof Backoff ? backoff : new Backoff(backoff, { random: random ?? null });
  const end = clock.monotonic() + maxElapsedMillis;
  for (let left = attempts - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left <= 0 || clock.monotonic() >= end || isRetryable?.(error) === false) throw error;
      const pause = Math.max(pauses.fail(), retryAfterMillis?.(error) ?? 0);
      onRetry?.(error, pause);
      await sleep(pause, signal);
    }
  }
}

/** For `isRetryable`: errors of the table with one of these codes. */
export const hasCode =
  (...codes: readonly ErrorCode[]): ((error: unknown) => boolean) =>
  (error) =>
    isPlimsollError(error) && codes.includes(error.code);
