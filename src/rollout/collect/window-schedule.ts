/** Which window belongs to which route, and when it ends. Pure. */
import type { RecordingSpec } from '../route.ts';

/** A route of the rollout, as followed by workers. */
export interface FollowedRoute {
  readonly generation: number;
  readonly recording: RecordingSpec;
  /** Share of units that each arm is to get. */
  readonly shares: readonly number[];
}

/** A window in time, in milliseconds since the epoch. */
export interface WindowInterval extends FollowedRoute {
  readonly start: number;
  readonly end: number;
}

/**
 * Routes in the order of their generations. Each begins a window of its own, `first`, at its `origin`: the last window
 * of the route before is cut short there, so that a window has one weight.
 */
export class WindowSchedule {
  #routes: FollowedRoute[] = [];
  #end = Infinity;

  /** When the last route was left for good; Infinity while it is not. */
  get end(): number {
    return this.#end;
  }

  /** The wall clock was set by so many milliseconds: what has begun is as far from its end as before. */
  shift(by: number): void {
    this.#routes = this.#routes.map((route) => {
      const { recording } = route;
      return { ...route, recording: { ...recording, origin: recording.origin + by } };
    });
  }

  /** Nobody follows any of the routes from then on. */
  close(at: number): void {
    this.#end = Math.min(this.#end, at);
  }

  /** A generation that is not newer than the last is one that was followed already. False then. */
  follow(route: FollowedRoute): boolean {
    const last = this.#routes.at(-1);
    if (last !== undefined && route.generation <= last.generation) return false;
    const { first } = route.recording;
    this.#routes = [...this.#routes.filter(({ recording }) => recording.first < first), route];
    return true;
  }

  /** First window that any route has; null without routes. */
  get first(): number | null {
    return this.#routes[0]?.recording.first ?? null;
  }

  span(window: number): WindowInterval | null {
    const index = this.#routes.findLastIndex(({ recording }) => recording.first <= window);
    const route = this.#routes[index];
    if (route === undefined) return null;
    const { origin, first, window: length } = route.recording;
    const limit = this.#routes[index + 1]?.recording.origin ?? this.#end;
    // A route that was replaced before it began, by a clock that was set back, is over all the same.
    const start = Math.min(origin + (window - first) * length, limit);
    return { ...route, start, end: Math.max(start, Math.min(start + length, limit)) };
  }

  /** Forgets routes whose windows are all before `window`. */
  prune(window: number): void {
    const index = this.#routes.findLastIndex(({ recording }) => recording.first <= window);
    if (index > 0) this.#routes = this.#routes.slice(index);
  }
}
