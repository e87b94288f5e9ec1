/** Numbers windows where the clock may jump: every route begins a window of its own, and none begins twice. Pure. */
import type { Clock } from '../../core/ports.ts';
import { type RecordingSpec, windowAt } from '../../rollout/route.ts';

/** So many windows at once are a jump of the clock, or a sleep, and not worth closing one by one. */
const WINDOWS_AHEAD_MAX = 1000;

/** Steps of the wall clock, in milliseconds, that nobody need begin anew for: half a window, but for very short and long ones. */
const toleranceOf = ({ window }: RecordingSpec): number => Math.max(500, Math.min(window, 10_000) / 2);

export class WindowTimeline {
  /** What the wall clock was ahead of the steady one when windows last began anew; null before. */
  #ahead: number | null = null;
  #drift = 0;
  /** Highest window that has begun. */
  #reached: number;
  #looked = -Infinity;

  /** `closed`: highest window that was closed before, −1 where none was. */
  constructor(closed: number) {
    this.#reached = closed;
  }

  /** Milliseconds by which the wall clock was set since windows last began anew, as it was last looked at. */
  get drift(): number {
    return this.#drift;
  }

  /** Notes the time; true where the wall clock has jumped, or very much has passed, so that windows must begin anew. */
  look(clock: Clock, recording: RecordingSpec): boolean {
    const now = clock.now();
    const ahead = now - clock.monotonic();
    this.#drift = ahead - (this.#ahead ?? ahead);
    this.#ahead ??= ahead;
    if (Math.abs(this.#drift) > toleranceOf(recording)) {
      this.#ahead = ahead;
      return true;
    }
    const isBack = now + recording.window < this.#looked;
    const window = windowAt(recording, now);
    this.#looked = now;
    this.#reached = Math.max(this.#reached, recording.first - 1);
    if (isBack || window < recording.first || window > this.#reached + WINDOWS_AHEAD_MAX) return true;
    this.#reached = Math.max(this.#reached, window);
    return false;
  }

  /** Where a route that is changed now begins; windows of `before` that workers may have begun are left behind. */
  next(now: number, before: RecordingSpec | null): Pick<RecordingSpec, 'origin' | 'first'> {
    this.#reached = Math.max(this.#reached, before?.first ?? -1);
    const first = this.#reached + 1;
    this.#looked = now;
    return { origin: now, first };
  }
}
