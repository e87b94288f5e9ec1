/** Numbers windows where the clock may jump: every route begins a window of its own, and none begins twice. Pure. */
import { type Recording, windowAt } from '../../rollout/route.ts';

/** So many windows at once are a jump of the clock, or a sleep, and not worth closing one by one. */
const AHEAD_MAX = 1000;

export class Timeline {
  /** Highest window that has begun. */
  #reached: number;
  #looked = -Infinity;

  /** `closed`: highest window that was closed before, −1 where none was. */
  constructor(closed: number) {
    this.#reached = closed;
  }

  /** Notes the time, in milliseconds since the epoch; true where it has jumped, so that windows must begin anew. */
  look(now: number, recording: Recording): boolean {
    const isBack = now + recording.window < this.#looked;
    const window = windowAt(recording, now);
    this.#looked = now;
    this.#reached = Math.max(this.#reached, recording.first - 1);
    if (isBack || window < recording.first || window > this.#reached + AHEAD_MAX) return true;
    this.#reached = Math.max(this.#reached, window);
    return false;
  }

  /** Where a route that is changed now begins; windows of `before` that workers may have begun are left behind. */
  next(now: number, before: Recording | null): Pick<Recording, 'origin' | 'first'> {
    this.#reached = Math.max(this.#reached, before?.first ?? -1);
    const first = this.#reached + 1;
    this.#looked = now;
    return { origin: now, first };
  }
}
