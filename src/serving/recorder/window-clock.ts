/**
 * Which window of a recording it is. Windows begin and end by the steady clock and take their numbers from the wall
 * clock, but never a smaller one than before: a wall clock that jumps back repeats no window and makes none longer, one
 * that jumps forward skips windows. Pure.
 */
import type { Clock } from '../../core/ports.ts';
import { type Recording, windowAt } from '../../rollout/route.ts';

export class WindowClock {
  readonly #recording: Recording;
  readonly #clock: Clock;
  #index: number;
  /** Steady milliseconds at which the window is over. */
  #end: number;

  constructor(recording: Recording, clock: Clock) {
    this.#recording = recording;
    this.#clock = clock;
    const now = clock.now();
    this.#index = Math.max(recording.first, windowAt(recording, now));
    this.#end = this.#endOf(this.#index, now);
  }

  get index(): number {
    return this.#index;
  }

  /** Milliseconds until the window is over, not below 0. */
  get left(): number {
    return Math.max(0, this.#end - this.#clock.monotonic());
  }

  get isOver(): boolean {
    return this.#clock.monotonic() >= this.#end;
  }

  /** Goes on to the window that it is now, or the next one where that is not later. */
  next(): void {
    const now = this.#clock.now();
    this.#index = Math.max(this.#index + 1, windowAt(this.#recording, now));
    this.#end = this.#endOf(this.#index, now);
  }

  /** A window takes at most half as long again as it should: small differences between the two clocks even out. */
  #endOf(index: number, now: number): number {
    const { origin, first, window } = this.#recording;
    const left = origin + (index - first + 1) * window - now;
    return this.#clock.monotonic() + (left > 1.5 * window ? window : left);
  }
}
