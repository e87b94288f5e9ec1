/**
 * Which requests of an endpoint are captured: a share of them, by the hash of their ids, so that what happened to a request
 * does not matter, and the same ones everywhere. Where more rows come than may be kept, the share of a second follows from
 * what the second before brought. Where it brings more than that, the share is quartered each time that half of the room
 * has been used up, so that each half takes twice the rows of the one before; of what is held back for the end, each row
 * quarters it again, and there is room left in any burst. A row that is captured stands for 1 over the share that was in
 * force. Sums of weights are right on average: the share depends on what came before, never on the request. Pure.
 */
import type { CaptureRule } from '../../capture/capture-rules.ts';

/** Parts of the room: what a steady flow is to fill, where one that has grown is thinned, and what is held back after it. */
const STEADY = 0.75;
const GROWN = 0.85;
const END = 0.9;
/** Rows of a second at most that are one request's: others are to have room. */
const REQUEST = 1 / 32;

/** Rows of a request that are captured at most. */
export const mostRows = ({ maxRate }: CaptureRule): number => Math.max(1, Math.floor(maxRate * REQUEST));

export class CaptureSampler {
  #second = Number.NEGATIVE_INFINITY;
  /** Rows that this second has brought, and those of them that were kept. */
  #brought = 0;
  #kept = 0;
  /** Share that the rate allows. */
  #share = 1;
  /** Rows of this second after which the share is quartered. */
  #next = 0;

  /**
   * The share by which a request was admitted, or 0 where it was not; -1 where it was to be, and there is no room. `hash` is
   * 32 bits, `now` milliseconds of a steady clock.
   */
  admit({ share, maxRate }: CaptureRule, hash: number, rows: number, now: number): number {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#begin(second, maxRate);
    this.#brought += rows;
    while (this.#kept >= this.#next && this.#kept < maxRate) this.#narrow(maxRate);
    const inForce = Math.min(share, this.#share);
    if (hash >= inForce * 2 ** 32) return 0;
    if (this.#kept + rows > maxRate) return -1;
    this.#kept += rows;
    return inForce;
  }

  #begin(second: number, maxRate: number): void {
    const isNext = second === this.#second + 1;
    const room = STEADY * maxRate;
    this.#share = isNext && this.#brought > room ? room / this.#brought : 1;
    this.#second = second;
    this.#brought = 0;
    this.#kept = 0;
    this.#next = (this.#share < 1 ? GROWN : END / 2) * maxRate;
  }

  #narrow(maxRate: number): void {
    this.#share /= 4;
    this.#next += Math.max(1, (END * maxRate - this.#next) / 2);
  }
}
