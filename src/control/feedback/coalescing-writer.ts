interface Waiting<T> {
  readonly items: readonly T[];
  readonly done: PromiseWithResolvers<void>;
}

/** One piece of work for everything that has come while the last one was under way: what costs a flush costs it once. */
export class CoalescingWriter<T> {
  readonly #work: (items: readonly T[]) => Promise<void>;
  readonly #most: number;
  #waiting: Waiting<T>[] = [];
  #isUnderWay = false;

  /** `most` items at a time, unless one call alone brings more. */
  constructor(work: (items: readonly T[]) => Promise<void>, most: number) {
    this.#work = work;
    this.#most = most;
  }

  /** Items that wait for the work under way. */
  get waiting(): number {
    return this.#waiting.reduce((sum, { items }) => sum + items.length, 0);
  }

  /** Settles as the work that these items were part of. */
  add(items: readonly T[]): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ items, done });
    if (!this.#isUnderWay) void this.#run();
    return done.promise;
  }

  async #run(): Promise<void> {
    this.#isUnderWay = true;
    while (this.#waiting.length > 0) {
      const batch = this.#next();
      await this.#work(batch.flatMap(({ items }) => items)).then(
        () => {
          for (const { done } of batch) done.resolve();
        },
        (error: unknown) => {
          for (const { done } of batch) done.reject(error);
        },
      );
    }
    this.#isUnderWay = false;
  }

  #next(): Waiting<T>[] {
    let count = 0;
    const end = this.#waiting.findIndex(({ items }, i) => {
      count += items.length;
      return i > 0 && count > this.#most;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}
