/** Counts units of one arm by their histories: each once, however many windows it comes in. Pure. */

import { elementAt } from '../../core/element-at.ts';
import { addAt } from '../../core/vector.ts';
import type { DistinctCounts } from '../recorded-window.ts';
import type { RecordingSpec } from '../route.ts';
import { FAILED_BIT, slowBit } from '../window-part.ts';
import {
  afterArm,
  COPIED,
  failedInArmBit,
  LASTING_WINDOWS_MIN,
  SEEN_IN_STAGE,
  seenInArmBit,
  windowsFailedInARow,
  windowsSeen,
} from './unit-history.ts';

export class DistinctUnitCounter {
  readonly #names: Pick<RecordingSpec, 'slow'>;
  readonly #arm: number;
  readonly #over: number[];
  readonly #counts = { stage: 0, units: 0, copied: 0, failures: 0 };
  readonly #lasting = { units: 0, failures: 0 };

  constructor(names: Pick<RecordingSpec, 'slow'>, arm: number) {
    this.#names = names;
    this.#arm = arm;
    this.#over = names.slow.map(() => 0);
  }

  /** Answers the history after this window. */
  add(before: number, flags: number): number {
    const failed = (flags & FAILED_BIT) !== 0;
    const after = afterArm(before, this.#arm, failed);
    if ((before & SEEN_IN_STAGE) === 0) this.#counts.stage++;
    if ((before & seenInArmBit(this.#arm)) === 0) this.#addNew(flags, 1, (before & COPIED) !== 0);
    if (failed && (before & failedInArmBit(this.#arm)) === 0) this.#counts.failures++;
    if (windowsSeen(after) === LASTING_WINDOWS_MIN && windowsFailedInARow(before) < LASTING_WINDOWS_MIN) {
      this.#lasting.units++;
      if (windowsFailedInARow(after) === LASTING_WINDOWS_MIN) this.#lasting.failures++;
    }
    return after;
  }

  /** Requests that are units of their own: new, and never to come again. */
  addNameless(flags: number, count: number): void {
    this.#counts.stage += count;
    this.#addNew(flags, count, false);
    if ((flags & FAILED_BIT) !== 0) this.#counts.failures += count;
  }

  counts(): DistinctCounts {
    const over = this.#names.slow.map(({ name }, i): [string, number] => [name, elementAt(this.#over, i)]);
    return { ...this.#counts, over: new Map(over), lasting: this.#lasting };
  }

  #addNew(flags: number, count: number, wasCopied: boolean): void {
    this.#counts.units += count;
    if (wasCopied) this.#counts.copied += count;
    for (let i = 0; i < this.#over.length; i++) if ((flags & slowBit(i)) !== 0) addAt(this.#over, i, count);
  }
}
