/**
 * A store that answers within a time, or is away: one that is stopped, or behind a broken line, answers never. Once a call
 * has waited in vain, one at a time waits to see whether the store is back; the others are told at once.
 */
import { PlimsollError } from '../core/errors.ts';
import type { Store, Tables } from './store.ts';

/**
 * Every call of it is over after `millis`, with STORE_UNAVAILABLE where it is not done. What was sent may be done later
 * all the same, as after a lost connection.
 */
export function withCircuitBreaker(store: Store, millis: number): Store {
  const breaker = new CircuitBreaker(store.kind, millis);
  const guarded = (table: object): object =>
    new Proxy(table, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => breaker.call(() => method.apply(target, args));
      },
    });
  const tables = Object.fromEntries(
    Object.entries(store.tables).map(([name, table]) => [name, guarded(table as object)]),
  ) as unknown as Tables;
  return { ...store, tables, transaction: (work) => breaker.call(() => store.transaction(work)) };
}

class CircuitBreaker {
  readonly #where: string;
  readonly #millis: number;
  #isOpen = false;
  #isProbing = false;

  constructor(kind: Store['kind'], millis: number) {
    this.#where = `of ${kind}`;
    this.#millis = millis;
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isOpen && this.#isProbing) throw this.#away();
    const isProbe = this.#isOpen;
    this.#isProbing ||= isProbe;
    let hasAnswered = true;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        hasAnswered = false;
        reject(this.#away());
      }, this.#millis);
    });
    try {
      return await Promise.race([work(), over]);
    } finally {
      clearTimeout(timer);
      this.#isOpen = !hasAnswered;
      if (isProbe) this.#isProbing = false;
    }
  }

  #away(): PlimsollError {
    const reason = `it has not answered within ${this.#millis / 1000} s`;
    return new PlimsollError('STORE_UNAVAILABLE', { where: this.#where, reason });
  }
}
