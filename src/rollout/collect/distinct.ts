/** Counts units of one arm by their histories: each once, however many windows it comes in. Pure. */
import { FAILED, slowBit } from '../part.ts';
import type { Recording } from '../route.ts';
import type { Distinct } from '../window.ts';
import { afterArm, COPIED, failedIn, failingsOf, LASTING, STAGED, seenIn, windowsOf } from './history.ts';

export class DistinctTally {
  readonly #names: Pick<Recording, 'slow'>;
  readonly #arm: number;
  readonly #over: number[];
  readonly #counts = { stage: 0, units: 0, copied: 0, failures: 0 };
  readonly #lasting = { units: 0, failures: 0 };

  constructor(names: Pick<Recording, 'slow'>, arm: number) {
    this.#names = names;
    this.#arm = arm;
    this.#over = names.slow.map(() => 0);
  }

  /** Answers the history after this window. */
  add(before: number, flags: number): number {
    const failed = (flags & FAILED) !== 0;
    const after = afterArm(before, this.#arm, failed);
    if ((before & STAGED) === 0) this.#counts.stage++;
    if ((before & seenIn(this.#arm)) === 0) this.#addNew(flags, 1, (before & COPIED) !== 0);
    if (failed && (before & failedIn(this.#arm)) === 0) this.#counts.failures++;
    if (windowsOf(after) === LASTING && failingsOf(before) < LASTING) {
      this.#lasting.units++;
      if (failingsOf(after) === LASTING) this.#lasting.failures++;
    }
    return after;
  }

  /** Requests that are units of their own: new, and never to come again. */
  addNameless(flags: number, count: number): void {
    this.#counts.stage += count;
    this.#addNew(flags, count, false);
    if ((flags & FAILED) !== 0) this.#counts.failures += count;
  }

  counts(): Distinct {
    const over = this.#names.slow.map(({ name }, i): [string, number] => [name, this.#over[i]!]);
    return { ...this.#counts, over: new Map(over), lasting: this.#lasting };
  }

  #addNew(flags: number, count: number, wasCopied: boolean): void {
    this.#counts.units += count;
    if (wasCopied) this.#counts.copied += count;
    for (let i = 0; i < this.#over.length; i++) if ((flags & slowBit(i)) !== 0) this.#over[i]! += count;
  }
}
