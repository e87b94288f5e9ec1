import { PlimsollError } from '../core/errors.ts';

const WAITING_MAX = 64;

/** Work that is done one piece after the other, in the order in which it came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Throws OVERLOADED where too many wait already. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= WAITING_MAX)
      throw new PlimsollError('OVERLOADED', {
        found: this.#waiting,
        what: 'files that wait to be proved',
        limit: WAITING_MAX,
        retry: 10,
      });
    this.#waiting++;
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }
}
