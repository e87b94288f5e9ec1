/** When a worker has taken so much memory that another one is to follow it. Pure. */

/** Answers whose largest memory is what a worker is measured by: models take much of theirs with their first rows. */
const BASELINE_ANSWERS = 10;
const GROWTH_BYTES = 512 * 1024 * 1024;

/** Whether a worker has grown out of proportion: beyond twice what it took at first, or half a gigabyte where that is more. */
export class MemoryGrowth {
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
