/** Pauses after failures, twice as long each time. Pure. */
import type { Clock } from '../../core/ports.ts';

/** Milliseconds. */
const PAUSE_MIN = 250;
const PAUSE_MAX = 30_000;

export class Backoff {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #failures = 0;
  #until = -Infinity;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  get isWaiting(): boolean {
    return this.#clock.monotonic() < this.#until;
  }

  /** Begins a pause; answers how many failures in a row there were. */
  fail(): number {
    this.#until = this.#clock.monotonic() + Math.min(PAUSE_MAX, PAUSE_MIN * 2 ** this.#failures);
    this.#failures += 1;
    return this.#failures;
  }

  reset(): void {
    this.#failures = 0;
    this.#until = -Infinity;
  }
}
