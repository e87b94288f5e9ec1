const FIRST_MILLIS = 100;
const LONGEST_MILLIS = 10_000;
/** A worker that has served this long did not fail because of how it was started. */
const SETTLED_MILLIS = 60_000;
/** Starts that fail one after the other before the command gives up. */
const START_FAILURES = 5;

/** When a place in which workers keep ending gets its next one. */
export class Backoff {
  #ends = 0;
  #failedStarts = 0;

  /** Notes the end of a worker; `served` is how many milliseconds it answered, or null where it never did. */
  ended(served: number | null): void {
    this.#failedStarts = served === null ? this.#failedStarts + 1 : 0;
    this.#ends = served !== null && served >= SETTLED_MILLIS ? 1 : this.#ends + 1;
  }

  /** Milliseconds to wait; doubles from 100 ms to 10 s. */
  get delay(): number {
    return Math.min(LONGEST_MILLIS, FIRST_MILLIS * 2 ** (this.#ends - 1));
  }

  /** Starts that have failed one after the other. */
  get failedStarts(): number {
    return this.#failedStarts;
  }

  get isHopeless(): boolean {
    return this.#failedStarts >= START_FAILURES;
  }
}
