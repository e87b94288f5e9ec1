/** Work that must not overlap, done in the order in which it came. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();
  #pending = 0;

  /** Pieces of work that are under way or wait. */
  get pending(): number {
    return this.#pending;
  }

  /** Starts `work` once all earlier work is done, whether or not that failed; answers what it answers. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    this.#pending += 1;
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.#pending -= 1;
    }
  }
}
