import { INLINE_MICROS } from './limits.ts';

/** Work below this many predicted microseconds is not worth counting. */
const TRIFLE_MICROS = 50;

/**
 * Shares the front loop fairly: counted work runs while the turn has budget left, the rest in order in the next
 * turns, so that timers and sockets get their turn every two milliseconds.
 */
export class Turns {
  #spent = 0;
  #scheduled = false;
  #waiting: { readonly micros: number; readonly task: () => void }[] = [];

  run(micros: number, task: () => void): void {
    if (micros < TRIFLE_MICROS) {
      task();
      return;
    }
    if (!this.#scheduled) this.#schedule();
    if (this.#waiting.length > 0 || !this.#affords(micros)) {
      this.#waiting.push({ micros, task });
      return;
    }
    this.#spent += micros;
    task();
  }

  /** The first piece of work of a turn always runs. */
  #affords(micros: number): boolean {
    return this.#spent === 0 || this.#spent + micros <= INLINE_MICROS;
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    this.#spent = 0;
    let done = 0;
    while (done < this.#waiting.length && this.#affords(this.#waiting[done]!.micros)) {
      const { micros, task } = this.#waiting[done++]!;
      this.#spent += micros;
      task();
    }
    this.#waiting = this.#waiting.slice(done);
    if (this.#spent > 0 || this.#waiting.length > 0) this.#schedule();
  }
}
