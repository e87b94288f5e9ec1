/** Brings the route of an endpoint where a decision wants it: compare and set, then publish. Safe to be done again. */
import { PlimsollError } from '../../core/errors.ts';
import type { Route } from '../../rollout/route.ts';
import type { EndpointRow, Fence, RouteChange, Store } from '../../store/store.ts';
import { isReached, type RouteTarget, routeChange } from './actions.ts';
import { proveOwnership } from './rollout-log.ts';

/** Others may change rules at the same time: so often it is tried on top of theirs. */
const TRIES_MAX = 20;

export interface RouteFlip {
  readonly rollout: string;
  readonly endpoint: string;
  readonly target: RouteTarget;
  readonly change: RouteChange;
  readonly fence: Fence;
}

/**
 * The route that holds afterwards: the one wanted, or what is there where the rollout has let go of the endpoint. Throws
 * ROLLOUTS_UNOWNED where the fence is lost.
 */
export async function applyRoute(store: Store, flip: RouteFlip): Promise<Route> {
  const { endpoints } = store.tables;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const endpoint = await rolloutEndpoint(store, flip.endpoint);
    const isOurs = endpoint.rollout === flip.rollout;
    if (!isOurs || (flip.target.settle === null && isReached(endpoint, flip.target))) return endpoint.route;
    const next = routeChange(endpoint, flip.target);
    if (await endpoints.flip(flip.endpoint, endpoint.generation, next, flip.change, flip.fence))
      return next.route;
    await proveOwnership(store.tables, flip.fence);
  }
  throw new PlimsollError('GENERATION_CONFLICT', {
    endpoint: flip.endpoint,
    found: `changed ${TRIES_MAX} times meanwhile`,
    wanted: 'one that stays for a moment',
  });
}

/** Throws INTERNAL where there is none: endpoints of rollouts are not removed. */
export async function rolloutEndpoint(store: Store, name: string): Promise<EndpointRow> {
  const endpoint = await store.tables.endpoints.get(name);
  if (endpoint !== null) return endpoint;
  throw new PlimsollError('INTERNAL', { action: 'a rollout', reason: `its endpoint "${name}" is gone` });
}
