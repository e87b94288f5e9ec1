import { everyMillis, type IntervalScheduler } from '../../control/rollouts/interval-scheduler.ts';
import type { Logger } from '../../core/ports.ts';
import { writtenRouter } from '../../deploy/routers/address.ts';
import { RouterFollower, type RouterView } from '../../deploy/routers/follow.ts';
import type { TrafficRouter } from '../../deploy/routers/port.ts';
import type { Route } from '../../rollout/route.ts';
import { SYSTEM_CLOCK } from '../clock.ts';

export interface ServerRoutersOptions {
  /** The router of each endpoint, as people write it. */
  readonly written: Readonly<Record<string, unknown>>;
  /** The route of an endpoint now, or null where there is none. */
  readonly route: (endpoint: string) => Promise<Route | null>;
  readonly logger: Logger;
  /** Opens the router of an endpoint. @default the platform that its address names */
  readonly open?: ((endpoint: string) => Promise<TrafficRouter>) | undefined;
  readonly every?: IntervalScheduler | undefined;
}

/** How often routes are looked at, in milliseconds: a rollback should not wait. */
const LOOK_MILLIS = 500;

/** A misspelt name looks like this; so does one whose first version is still to come. */
const NO_ENDPOINT = 'there is no such endpoint for a router to follow; it does once there is one';

/** Routers outside that follow the routes of endpoints here. What a platform takes is loaded when its router is opened. */
export class ServerRouters {
  readonly #followers: readonly RouterFollower[];
  readonly #ends: readonly (() => Promise<void>)[];

  /** Throws CONFIG_INVALID where an address is none. */
  constructor({ written, route, logger, every = everyMillis, open }: ServerRoutersOptions) {
    const addresses = Object.entries(written).map(
      ([endpoint, router]) => [endpoint, writtenRouter(endpoint, router)] as const,
    );
    this.#followers = addresses.map(([endpoint, { text, address }]) => {
      const opened = open ?? (async () => (await import('../../deploy/routers/open.ts')).openRouter(address));
      const router = lazyRouter(text, () => opened(endpoint));
      return new RouterFollower({ endpoint, router, route: () => route(endpoint), clock: SYSTEM_CLOCK });
    });
    this.#ends = this.#followers.map((follower) => every(LOOK_MILLIS, () => look(follower, logger)));
    for (const [endpoint, { text: router }] of addresses)
      route(endpoint).then(
        (found) => {
          if (found === null) logger.warn({ endpoint, router }, NO_ENDPOINT);
        },
        () => undefined, // the looks tell why
      );
  }

  /** Those that have been looked at, by endpoint. */
  get views(): readonly RouterView[] {
    return this.#followers.flatMap(({ view }) => view ?? []);
  }

  /** Since when its router has done what a generation of an endpoint's route says, without a break; null where it does not. */
  followedSince(endpoint: string, generation: number): number | null {
    const view = this.views.find((one) => one.endpoint === endpoint);
    return view?.followed === generation ? view.since : null;
  }

  async close(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end()));
  }
}

/** Opened by the first who asks it, and again where that went wrong: credentials may be others by then. */
function lazyRouter(id: string, open: () => Promise<TrafficRouter>): TrafficRouter {
  let router: Promise<TrafficRouter> | null = null;
  const opened = (): Promise<TrafficRouter> => {
    router ??= open();
    return router;
  };
  const asked = async <T>(ask: (router: TrafficRouter) => Promise<T>): Promise<T> => {
    try {
      return await ask(await opened());
    } catch (error) {
      router = null;
      throw error;
    }
  };
  return {
    id,
    read: () => asked((one) => one.read()),
    write: (weights) => asked((one) => one.write(weights)),
  };
}

/** What changes is worth a line: a router that follows again, or does not any more. */
async function look(follower: RouterFollower, logger: Logger): Promise<void> {
  const before = follower.view;
  try {
    await follower.look();
  } catch (error) {
    logger.warn({ err: error }, 'a router could not be looked after; trying again');
    return;
  }
  const { view } = follower;
  if (view === null || view === before) return;
  const { endpoint, router, generation, wanted, error } = view;
  const about = { endpoint, router, generation, wanted };
  if (error !== null && before?.error?.message !== error.message) logger.warn(about, error.message);
  else if (error === null && view.followed !== before?.followed)
    logger.info(about, 'a router follows the route');
}
