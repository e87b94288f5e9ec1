/** How long a place is kept for a body that is being received, in milliseconds. */
const WINDOW_MILLIS = 100;

/**
 * Work whose bodies are on their way. Each counts for at least one window and at most two: whoever sends slowly takes
 * nobody's place. Times are in milliseconds of one clock. Pure.
 */
export class WorkReservations {
  #window = 0;
  #current = 0;
  #previous = 0;

  total(now: number): number {
    if (this.#current === 0 && this.#previous === 0) return 0;
    this.#turn(now);
    return this.#current + this.#previous;
  }

  /** Answers the window that it counts in. */
  add(micros: number, now: number): number {
    this.#turn(now);
    this.#current += micros;
    return this.#window;
  }

  /** The body is there, or will never be. */
  remove(micros: number, window: number, now: number): void {
    this.#turn(now);
    // Sums of fractions hardly come back to nothing by themselves.
    if (window === this.#window) this.#current = rest(this.#current - micros);
    else if (window === this.#window - 1) this.#previous = rest(this.#previous - micros);
  }

  #turn(now: number): void {
    const window = Math.floor(now / WINDOW_MILLIS);
    if (window === this.#window) return;
    this.#previous = window === this.#window + 1 ? this.#current : 0;
    this.#current = 0;
    this.#window = window;
  }
}

/** Less than a microsecond is nothing. */
const rest = (micros: number): number => (micros < 1 ? 0 : micros);
