/** A job that subscribes, for tests: keeps the keys that were delivered, in order, and fails as often as it is told to. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../core/ports.ts';
import { keepListening, type TriggerListener } from '../listener.ts';

const QUIET: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

export class Subscription<T> {
  readonly keys: string[] = [];
  /** How many of the next runs cannot be kept. */
  failures = 0;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  #ready = 0;

  constructor(listen: TriggerListener<T>, trigger: T, job = 'nightly') {
    const subscriber = {
      job,
      ready: () => {
        this.#ready += 1;
      },
      deliver: async (key: string) => {
        if (this.failures > 0) {
          this.failures -= 1;
          throw new Error('the ledger is away');
        }
        // The same key again is the same run.
        if (!this.keys.includes(key)) this.keys.push(key);
      },
    };
    this.#ended = keepListening(listen, trigger, subscriber, this.#end.signal, QUIET);
  }

  /** Waits until the connection has stood `times` times. */
  ready(times = 1): Promise<void> {
    return this.#until(() => this.#ready >= times);
  }

  received(count: number): Promise<void> {
    return this.#until(() => this.keys.length >= count);
  }

  async end(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }

  async #until(done: () => boolean): Promise<void> {
    for (let waited = 0; !done(); waited += 20) {
      if (waited > 20_000) throw new Error(`heard ${JSON.stringify(this.keys)}, ready ${this.#ready}`);
      await sleep(20);
    }
  }
}
