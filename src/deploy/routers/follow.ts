import { Backoff } from '../../core/backoff.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Route } from '../../rollout/route.ts';
import type { TrafficRouter, VersionWeights } from './port.ts';
import { areSame, weightsOf } from './weights.ts';

/** How a router stands to the route that it follows. */
export interface RouterView {
  readonly endpoint: string;
  readonly router: string;
  /** Generation of the route that it is to follow, and the one that it was last seen to follow; null before. */
  readonly generation: number;
  readonly followed: number | null;
  /** Milliseconds since the epoch at which it was first seen to follow that one without a break; null where it does not. */
  readonly since: number | null;
  /** Percent by version: what the route says, and what the router was last seen to do. */
  readonly wanted: Readonly<Record<number, number>>;
  readonly found: Readonly<Record<number, number>> | null;
  /** Who else writes its weights. */
  readonly writers: readonly string[];
  /** Why it does not follow, or null. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface FollowOptions {
  readonly endpoint: string;
  readonly router: TrafficRouter;
  /** The route of the endpoint now, or null where there is none. */
  readonly route: () => Promise<Route | null>;
  readonly clock: Clock;
}

/** Milliseconds between two looks at a router that follows: somebody else may have written. */
const LOOK_AGAIN = 30_000;
const BACKOFF = { firstMillis: 1000, maxMillis: 60_000 };

/**
 * Has a router outside do what the route of an endpoint says, one generation after the other. It reads back what it wrote;
 * what others write is told, never written over. To be asked to `look` often: it asks the router only where there is news.
 */
export class RouterFollower {
  readonly #options: FollowOptions;
  #view: RouterView | null = null;
  readonly #backoff = new Backoff(BACKOFF);
  #nextLook = Number.NEGATIVE_INFINITY;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** null before the first look. */
  get view(): RouterView | null {
    return this.#view;
  }

  /** Brings the router up to the route. Never throws: what went wrong is in the view, and tried again. */
  async look(): Promise<void> {
    const { endpoint, router, route: routeNow, clock } = this.#options;
    const route = await routeNow();
    if (route === null) return;
    const { generation } = route;
    const isNews = generation !== this.#view?.generation;
    if (!isNews && clock.monotonic() < this.#nextLook) return;
    const wanted = weightsOf(route);
    const about = { endpoint, router: router.id, generation, wanted: Object.fromEntries(wanted) };
    try {
      const { found, writers } = await this.#bring(wanted);
      this.#backoff.reset();
      this.#nextLook = clock.monotonic() + LOOK_AGAIN;
      const since = (isNews ? null : this.#view?.since) ?? clock.now();
      this.#view = {
        ...about,
        found: Object.fromEntries(found),
        writers,
        followed: generation,
        since,
        error: null,
      };
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      const { code, message, details } = error;
      this.#nextLook = clock.monotonic() + this.#backoff.fail();
      const writers = code === 'ROUTER_CONFLICT' ? [String(details['writers'])] : [];
      const { found = null, followed = null } = this.#view ?? {};
      this.#view = { ...about, found, writers, followed, since: null, error: { code, message } };
    }
  }

  /** Throws ROUTER_CONFLICT where the router does not do afterwards what it was told. */
  async #bring(wanted: VersionWeights): Promise<{ found: VersionWeights; writers: readonly string[] }> {
    const { router } = this.#options;
    const before = await router.read();
    if (areSame(before.weights, wanted)) return { found: before.weights, writers: before.writers };
    await router.write(wanted);
    const after = await router.read();
    if (areSame(after.weights, wanted)) return { found: after.weights, writers: after.writers };
    const writers = after.writers.join(', ') || 'somebody who writes over them at once';
    throw new PlimsollError('ROUTER_CONFLICT', { router: router.id, writers });
  }
}
