/** Triggers that speak by themselves: databases and message queues. */
import { Backoff } from '../../core/backoff.ts';
import { messageOf } from '../../core/error-text.ts';
import type { Logger } from '../../core/ports.ts';
import { retry } from '../../core/retry.ts';

/** A job that a listener delivers to. */
export interface TriggerSubscriber {
  /** Its name: it has a place of its own in a queue. */
  readonly job: string;
  /** Starts the run of this key, once. It is durable when this resolves: only then may a message be acknowledged. */
  deliver(key: string): Promise<void>;
  /** Says that the connection stands. */
  ready(): void;
}

/** Listens until the signal ends it; rejects where the connection is lost. */
export type TriggerListener<T> = (
  trigger: T,
  subscriber: TriggerSubscriber,
  signal: AbortSignal,
) => Promise<void>;

const BACKOFF = { firstMillis: 500, maxMillis: 30_000 };

/** Listens again after each loss, with growing pauses, until the signal ends it. Never rejects. */
export async function keepListening<T>(
  listen: TriggerListener<T>,
  trigger: T,
  subscriber: TriggerSubscriber,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  const { job } = subscriber;
  const backoff = new Backoff(BACKOFF);
  const again = (fields: object, message: string) => ({
    signal,
    isRetryable: () => !signal.aborted,
    onRetry: (error: unknown, pause: number) =>
      logger.warn({ job, ...fields, error: messageOf(error), pause }, message),
  });
  const patient: TriggerSubscriber = {
    job,
    // A run that cannot be kept now holds up those behind it, and none is lost.
    deliver: (key) =>
      retry(() => subscriber.deliver(key), {
        ...again({ key }, 'a run cannot be started: trying again'),
        backoff: BACKOFF,
      }),
    ready: () => {
      backoff.reset();
      subscriber.ready();
    },
  };
  const work = async (): Promise<void> => {
    await listen(trigger, patient, signal);
    if (!signal.aborted) throw new Error('it has ended by itself');
  };
  await retry(work, { ...again({}, 'a trigger is not heard: trying again'), backoff }).catch(() => undefined);
}

/** Resolves when the signal ends. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
