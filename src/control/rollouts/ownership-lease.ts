/** Who decides on rollouts, among processes that share a store: one, proven by its fence in every write. */
import type { Clock, Logger } from '../../core/ports.ts';
import type { Fence, Store } from '../../store/store.ts';

const SCOPE = 'rollouts';
/** Milliseconds for which ownership is taken, and after which it is taken again. */
const LEASE_MS = 10_000;
const RENEW_AFTER = 3000;
/** And after which it is asked for again where the store did not answer. */
const RETRY_AFTER = 1000;

export class OwnershipLease {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #holder: string;
  #fence: Fence | null = null;
  #renewAt = -Infinity;
  /** Whether it is ours without asking: in a store that nobody else writes into it is not taken away. */
  #isKept = false;

  constructor(ports: { store: Store; clock: Clock; logger: Logger; holder: string }) {
    this.#store = ports.store;
    this.#clock = ports.clock;
    this.#logger = ports.logger;
    this.#holder = ports.holder;
  }

  get fence(): Fence | null {
    return this.#fence;
  }

  /** Takes or keeps it where it is time to; true where it was asked. Who cannot ask goes on: every write proves it anew. */
  async keep(): Promise<boolean> {
    const now = this.#clock.monotonic();
    if (now < this.#renewAt) return false;
    this.#renewAt = now + RETRY_AFTER;
    const before = this.#fence;
    if (!this.#isKept) await this.#acquire();
    // Unless somebody has had it asked again meanwhile.
    if (this.#renewAt > now) this.#renewAt = now + RENEW_AFTER;
    if (before?.token !== this.#fence?.token)
      this.#logger.info(
        { token: this.#fence?.token ?? null },
        this.#fence ? 'Owns the rollouts' : 'Lost the rollouts',
      );
    return true;
  }

  async #acquire(): Promise<void> {
    this.#fence = await this.#store.tables.owners.acquire(SCOPE, this.#holder, this.#clock.now(), LEASE_MS);
    this.#isKept = this.#store.isAlone && this.#fence !== null;
  }

  /** Somebody else may have it: does not wait for the time to renew. */
  askAgain(): void {
    this.#renewAt = -Infinity;
    this.#isKept = false;
  }

  async release(): Promise<void> {
    const fence = this.#fence;
    this.#fence = null;
    this.#isKept = false;
    if (fence !== null) await this.#store.tables.owners.release(fence);
  }
}

/** Takes ownership from whoever has it, without waiting for its time to run out: where every other process is known to be dead. */
export async function takeOver(ports: { store: Store; clock: Clock; holder: string }): Promise<void> {
  await ports.store.tables.owners.acquire(SCOPE, ports.holder, ports.clock.now() + LEASE_MS, LEASE_MS);
}
