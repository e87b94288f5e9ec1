import { PlimsollError } from '../core/errors.ts';
import { ChildOrders } from '../process/child-orders.ts';
import type { LoadOrder, PhaseOutcome } from './load-order.ts';

/** Milliseconds that the phases of one order may take in all. */
const LIMIT_MILLIS = 900_000;
const IDLE_MILLIS = 60_000;
/** Megabytes of heap: what is noted of requests lies outside of it. */
const HEAP_MEGABYTES = 256;

const failed = (reason: string): PlimsollError =>
  new PlimsollError('INTERNAL', { action: 'sending load', reason });

/** A process that sends load, kept from one order to the next, so that its code stays compiled. */
export class LoadClient {
  readonly #orders = new ChildOrders({
    ...{ entry: new URL('./load.child.ts', import.meta.url), memoryBytes: null, maxQueue: 1 },
    ...{ limitMillis: LIMIT_MILLIS, idleMillis: IDLE_MILLIS },
    execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
    busy: () => failed('its process has an order to wait for already'),
    late: () => failed(`it took longer than ${LIMIT_MILLIS / 1000} s`),
    ended: (reason) => failed(`its process ended: ${reason}`),
  });

  /** Of the process, once an order has been given. */
  get pid(): number | undefined {
    return this.#orders.pid;
  }

  /** What came of each phase, once all of their requests have ended. Throws USAGE, INTERNAL. */
  async run(order: LoadOrder): Promise<readonly PhaseOutcome[]> {
    // The process of orders keeps nobody alive.
    const holding = setTimeout(() => undefined, LIMIT_MILLIS);
    try {
      return await this.#orders.do<readonly PhaseOutcome[]>(order);
    } finally {
      clearTimeout(holding);
    }
  }

  close(): Promise<void> {
    return this.#orders.close();
  }
}
