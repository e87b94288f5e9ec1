/** At most so many answers a second, chosen by the hash of their unit and so by nothing that happened to it. Pure. */
import type { RecordedAnswer } from '../../rollout/window-part.ts';

const ANSWERS_MAX = 2000;

export class AnswerSample {
  readonly #max: number;
  #answers: { readonly answer: RecordedAnswer; readonly hash: number }[] = [];
  #second = Number.NEGATIVE_INFINITY;
  /** Answers noted in this second, also those that were left out again. */
  #kept = 0;
  /** Only hashes with these bits 0 are kept. */
  #mask = 0;

  constructor(max = ANSWERS_MAX) {
    this.#max = max;
  }

  /** Notes an answer, made where it is kept; `hash` is 32 bits of its unit's. `millis` is of a steady clock. */
  note(make: () => RecordedAnswer, hash: number, millis: number): void {
    const second = Math.floor(millis / 1000);
    if (second !== this.#second) this.#begin(second);
    if ((hash & this.#mask) !== 0) return;
    if (this.#kept >= this.#max) this.#thin();
    if (this.#kept >= this.#max || (hash & this.#mask) !== 0) return;
    this.#answers.push({ answer: make(), hash });
    this.#kept++;
  }

  take(): readonly RecordedAnswer[] {
    const taken = this.#answers.map(({ answer }) => answer);
    this.#answers = [];
    return taken;
  }

  /** One bit fewer after a second that left much room. */
  #begin(second: number): void {
    if (this.#kept < this.#max / 3) this.#mask >>>= 1;
    this.#second = second;
    this.#kept = 0;
  }

  #thin(): void {
    this.#mask = (this.#mask << 1) | 1;
    const before = this.#answers.length;
    this.#answers = this.#answers.filter(({ hash }) => (hash & this.#mask) === 0);
    this.#kept -= before - this.#answers.length;
  }
}
