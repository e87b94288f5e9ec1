/**
 * Which window of a recording it is. The wall clock is looked at once, when the recording is followed: from then on windows
 * begin, end and are numbered by the steady clock, so that a wall clock that is set skips none, repeats none and makes none
 * longer. Whoever closes them has the recording begin anew then. Pure.
 */
import type { Clock } from '../../core/ports.ts';
import { type RecordingSpec, windowAt } from '../../rollout/route.ts';

export class WindowClock {
  readonly #recording: RecordingSpec;
  readonly #clock: Clock;
  /** What the wall clock was ahead of the steady one. */
  readonly #ahead: number;
  #index: number;
  /** Steady milliseconds at which the window is over. */
  #end: number;

  constructor(recording: RecordingSpec, clock: Clock) {
    this.#recording = recording;
    this.#clock = clock;
    this.#ahead = clock.now() - clock.monotonic();
    this.#index = Math.max(recording.first, windowAt(recording, this.#now));
    this.#end = this.#endOf(this.#index);
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
    this.#index = Math.max(this.#index + 1, windowAt(this.#recording, this.#now));
    this.#end = this.#endOf(this.#index);
  }

  get #now(): number {
    return this.#ahead + this.#clock.monotonic();
  }

  /** A window takes at most half as long again as it should: clocks of machines differ a little. */
  #endOf(index: number): number {
    const { origin, first, window } = this.#recording;
    const left = origin + (index - first + 1) * window - this.#now;
    return this.#clock.monotonic() + (left > 1.5 * window ? window : left);
  }
}
