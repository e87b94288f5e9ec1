/** Workers that have not given their part by now are shown as they last reported. */
const PART_MILLIS = 1000;

interface Scrape {
  /** Workers whose part is still to come. */
  readonly missing: Set<number>;
  readonly parts: Map<number, string>;
  readonly finish: () => void;
}

/** Scrapes under way: each waits for a part of every worker, but for none of them long. */
export class MetricsScrapes {
  readonly #open = new Map<number, Scrape>();
  #count = 0;

  /** Begins a scrape over `workers`; `done` gets their parts in order. Answers the number to ask them with. */
  begin(workers: Iterable<number>, done: (parts: readonly string[]) => void): number {
    const id = ++this.#count;
    const parts = new Map<number, string>();
    const finish = (): void => {
      clearTimeout(timer);
      if (!this.#open.delete(id)) return;
      done([...parts].toSorted(([a], [b]) => a - b).map(([, text]) => text));
    };
    const timer = setTimeout(finish, PART_MILLIS).unref();
    this.#open.set(id, { missing: new Set(workers), parts, finish });
    return id;
  }

  part(id: number, worker: number, text: string): void {
    const scrape = this.#open.get(id);
    scrape?.parts.set(worker, text);
    this.#gave(scrape, worker);
  }

  /** A worker that is gone gives no part any more. */
  leave(worker: number): void {
    for (const scrape of this.#open.values()) this.#gave(scrape, worker);
  }

  #gave(scrape: Scrape | undefined, worker: number): void {
    scrape?.missing.delete(worker);
    if (scrape?.missing.size === 0) scrape.finish();
  }
}
