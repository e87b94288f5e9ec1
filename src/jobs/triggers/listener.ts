/** Triggers that speak by themselves: databases and message queues. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../core/ports.ts';

/** A job that a listener delivers to. */
export interface Subscriber {
  /** Its name: it has a place of its own in a queue. */
  readonly job: string;
  /** Starts the run of this key, once. It is durable when this resolves: only then may a message be acknowledged. */
  deliver(key: string): Promise<void>;
  /** Says that the connection stands. */
  ready(): void;
}

/** Listens until the signal ends it; rejects where the connection is lost. */
export type Listen<T> = (trigger: T, subscriber: Subscriber, signal: AbortSignal) => Promise<void>;

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** Listens again after each loss, with growing pauses, until the signal ends it. Never rejects. */
export async function keepListening<T>(
  listen: Listen<T>,
  trigger: T,
  subscriber: Subscriber,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  let pause = FIRST_PAUSE;
  const patient: Subscriber = {
    job: subscriber.job,
    deliver: (key) => keepDelivering(subscriber, key, signal, logger),
    ready: () => {
      pause = FIRST_PAUSE;
      subscriber.ready();
    },
  };
  while (!signal.aborted) {
    try {
      await listen(trigger, patient, signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.warn(
        { job: subscriber.job, error: (error as Error).message, pause },
        'a trigger is not heard: trying again',
      );
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}

/** A run that cannot be kept now holds up those behind it, and none is lost. Rejects where the signal ends it. */
async function keepDelivering(
  subscriber: Subscriber,
  key: string,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await subscriber.deliver(key);
    } catch (error) {
      const { message } = error as Error;
      logger.warn(
        { job: subscriber.job, key, error: message, pause },
        'a run cannot be started: trying again',
      );
    }
    await sleep(pause, undefined, { signal });
  }
}

/** Resolves when the signal ends. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
