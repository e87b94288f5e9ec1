/** Workers that have not given their part by now are left out. */
const PART_MILLIS = 1000;

interface Question<T> {
  /** Workers whose part is still to come. */
  readonly missing: Set<number>;
  readonly parts: Map<number, T>;
  readonly finish: () => void;
}

/** Questions to all workers: each waits for a part of every one of them, but for none of them long. */
export class PartsGatherer<T> {
  readonly #open = new Map<number, Question<T>>();
  #count = 0;

  /** Begins a question to `workers`; `done` gets their parts in order. Answers the number to ask them with. */
  begin(workers: Iterable<number>, done: (parts: readonly T[]) => void): number {
    const id = ++this.#count;
    const parts = new Map<number, T>();
    const finish = (): void => {
      clearTimeout(timer);
      if (!this.#open.delete(id)) return;
      done([...parts].toSorted(([a], [b]) => a - b).map(([, part]) => part));
    };
    const timer = setTimeout(finish, PART_MILLIS).unref();
    this.#open.set(id, { missing: new Set(workers), parts, finish });
    return id;
  }

  part(id: number, worker: number, part: T): void {
    const question = this.#open.get(id);
    question?.parts.set(worker, part);
    this.#gave(question, worker);
  }

  /** A worker that is gone gives no part any more. */
  leave(worker: number): void {
    for (const question of this.#open.values()) this.#gave(question, worker);
  }

  #gave(question: Question<T> | undefined, worker: number): void {
    question?.missing.delete(worker);
    if (question?.missing.size === 0) question.finish();
  }
}
