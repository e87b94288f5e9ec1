/**
 * Places for runs. One that scores holds its place to its end. One that has not reached its input after a moment holds none: a
 * database that does not answer must not keep other jobs from starting. Pure but for the promises that it hands out.
 */

/** How long a run that tries to reach its input counts as one that scores, in milliseconds: most have it by then. */
const REACH_MILLIS = 5000;
/** Runs that try for longer, at most; each is a process. */
const REACHING_MAX = 16;

export class RunSlots {
  readonly #count: number;
  readonly #scoring = new Set<string>();
  /** Runs that have not reached their input, and since when they try. */
  readonly #reaching = new Map<string, number>();
  /** Runs that have reached it, in the order in which they have, and what tells them that they have a place. */
  readonly #waiting = new Map<string, () => void>();

  /** `count` runs score at the same time. */
  constructor(count: number) {
    this.#count = count;
  }

  /** Whether a run may be started; `now` in milliseconds of a steady clock. */
  isOpen(now: number): boolean {
    const hopeful = [...this.#reaching.values()].filter((since) => now - since < REACH_MILLIS).length;
    if (this.#reaching.size - hopeful >= REACHING_MAX) return false;
    return this.#scoring.size + this.#waiting.size + hopeful < this.#count;
  }

  start(run: string, now: number): void {
    this.#reaching.set(run, now);
  }

  /** Resolves once the run has a place: first come, first served. */
  take(run: string): Promise<void> {
    this.#reaching.delete(run);
    return new Promise((resolve) => {
      this.#waiting.set(run, resolve);
      this.#grant();
    });
  }

  /** The run has ended, whether it had a place or not. */
  leave(run: string): void {
    this.#reaching.delete(run);
    this.#waiting.delete(run);
    this.#scoring.delete(run);
    this.#grant();
  }

  #grant(): void {
    for (const [run, granted] of this.#waiting) {
      if (this.#scoring.size >= this.#count) return;
      this.#waiting.delete(run);
      this.#scoring.add(run);
      granted();
    }
  }
}
