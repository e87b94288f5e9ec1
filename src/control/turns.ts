/** Work that must not overlap, done in the order in which it came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Starts `work` once all earlier work is done, whether or not that failed; answers what it answers. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
