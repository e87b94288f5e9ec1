/** When the next worker is started where one has ended. Pure. */

/** Milliseconds: the first rest, the longest, and how long a worker has to live for its end to be no sign of another. */
export const FIRST_REST_MILLIS = 100;
export const LONGEST_REST_MILLIS = 10_000;
export const HEALTHY_MILLIS = 10_000;

/** Counts ends that follow each other closely: the first costs no rest, each further one twice as much as the last. */
export class Restarts {
  #inARow = 0;

  /** Milliseconds to rest after a worker that lived for `lived` milliseconds, 0 where it never got ready. */
  restAfter(lived: number): number {
    if (lived >= HEALTHY_MILLIS) this.#inARow = 0;
    const rest = this.#inARow === 0 ? 0 : FIRST_REST_MILLIS * 2 ** (this.#inARow - 1);
    this.#inARow++;
    return Math.min(rest, LONGEST_REST_MILLIS);
  }
}

/** Answers whose largest memory is what a worker is measured by: models take much of theirs with their first rows. */
const BASELINE_ANSWERS = 10;
const GROWTH_BYTES = 512 * 1024 * 1024;

/** Whether a worker has grown out of proportion: beyond twice what it took at first, or half a gigabyte where that is more. */
export class Growth {
  #baseline: number;
  #answers = 0;

  /** `rss`: bytes when it was ready. */
  constructor(rss: number) {
    this.#baseline = rss;
  }

  /** Notes the memory after an answer, in bytes; whether it is too much. */
  isTooMuch(rss: number): boolean {
    this.#answers++;
    if (this.#answers <= BASELINE_ANSWERS) this.#baseline = Math.max(this.#baseline, rss);
    return rss > Math.max(2 * this.#baseline, this.#baseline + GROWTH_BYTES);
  }
}
