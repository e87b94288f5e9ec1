/**
 * Which requests of an endpoint are captured: a share of them, by the hash of their ids, so that what happened to a request
 * does not matter, and the same ones everywhere. Where more rows come than may be kept, the share of a second follows from
 * what the second before brought; where even that is too much, it is halved with each half of the room that is used up. A
 * row that is captured stands for 1 over the share that was in force, which by itself makes sums of weights right on
 * average: the share depends on what came before, never on the request. Pure.
 */
import type { CaptureRule } from '../../capture/rules.ts';

/** Part of the room that a steady flow is to fill. */
const FILL = 0.9;

export class Admission {
  #second = Number.NEGATIVE_INFINITY;
  /** Rows that this second has brought, and those of them that were kept. */
  #brought = 0;
  #kept = 0;
  /** Share that the rate allows. */
  #share = 1;
  /** Rows of this second after which the share is halved. */
  #next = 0;

  /**
   * The share by which a request was admitted, or 0 where it was not; -1 where it was to be, and there is no room. `hash` is
   * 32 bits, `now` milliseconds of a steady clock.
   */
  admit({ share, maxRate }: CaptureRule, hash: number, rows: number, now: number): number {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#begin(second, maxRate);
    this.#brought += rows;
    while (this.#kept >= this.#next && this.#kept < maxRate) this.#halve(maxRate);
    const inForce = Math.min(share, this.#share);
    if (hash >= inForce * 2 ** 32) return 0;
    if (this.#kept + rows > maxRate) return -1;
    this.#kept += rows;
    return inForce;
  }

  #begin(second: number, maxRate: number): void {
    const isNext = second === this.#second + 1;
    this.#share = isNext && this.#brought > FILL * maxRate ? (FILL * maxRate) / this.#brought : 1;
    this.#second = second;
    this.#brought = 0;
    this.#kept = 0;
    // What was foreseen fills the room to `FILL`; beyond, the second brings more than the one before.
    this.#next = (this.#share < 1 ? FILL : 0.5) * maxRate;
  }

  #halve(maxRate: number): void {
    this.#share /= 2;
    this.#next = Math.max(this.#next + 1, (this.#next + maxRate) / 2);
  }
}
