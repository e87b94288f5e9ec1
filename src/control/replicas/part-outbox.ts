/** Pieces of this replica's workers for the owner of the rollouts, written to the store in one go. */
import type { Clock, Logger } from '../../core/ports.ts';
import { packPart } from '../../rollout/packed-window-part.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { Store } from '../../store/store.ts';

/** Most pieces that wait while the store is away: the oldest go first, and their parts are missing, in all arms. */
const WAITING_MAX = 5000;
/** Most pieces in one statement. */
const AT_ONCE = 200;

export class PartOutbox {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #waiting: WindowPart[] = [];
  #dropped = 0;

  constructor({ store, clock, logger }: { store: Store; clock: Clock; logger: Logger }) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  add(part: WindowPart): void {
    this.#waiting.push(part);
    if (this.#waiting.length <= WAITING_MAX) return;
    this.#waiting.shift();
    this.#dropped++;
  }

  /** Takes out those that `take` wants after all. */
  offer(take: (part: WindowPart) => boolean): void {
    const rest = this.#waiting.splice(0).filter((part) => !take(part));
    this.#waiting.push(...rest);
  }

  /** Writes what waits, under the names that `nameOf` gives to workers. What fails waits on. Throws what the store throws. */
  async flush(nameOf: (worker: string) => string): Promise<void> {
    this.#confess();
    while (this.#waiting.length > 0) {
      const parts = this.#waiting.slice(0, AT_ONCE);
      const at = this.#clock.now();
      await this.#store.tables.pieces.insert(
        parts.map(({ rollout, generation, window, worker, epoch, seq, ...body }) => ({
          ...{ rollout, generation, window, worker: nameOf(worker), epoch, seq, at },
          body: packPart(body),
        })),
      );
      const written = new Set(parts);
      this.offer((part) => written.has(part));
    }
  }

  #confess(): void {
    if (this.#dropped > 0)
      this.#logger.warn(
        { pieces: this.#dropped },
        'Pieces of windows were dropped: the store was away for long',
      );
    this.#dropped = 0;
  }
}
