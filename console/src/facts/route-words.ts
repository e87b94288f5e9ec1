/** A route as shares of buckets. Pure. */
import type { EndpointView } from '../api/generated/control-api.ts';

/** Buckets that units are hashed into. */
export const BUCKETS = 10_000;

export interface RouteShare {
  readonly version: number;
  readonly role: string;
  readonly from: number;
  readonly to: number;
  /** Of all units, 0 to 1. */
  readonly share: number;
}

/** Neighbours that answer alike are one. */
export function routeShares({ ranges }: EndpointView['route']): readonly RouteShare[] {
  const shares: RouteShare[] = [];
  for (const { version, role, from, to } of ranges) {
    const last = shares.at(-1);
    const isSame = last?.version === version && last.role === role && last.to === from;
    if (isSame) shares.pop();
    const start = isSame && last !== undefined ? last.from : from;
    shares.push({ version, role, from: start, to, share: (to - start) / BUCKETS });
  }
  return shares;
}

/** Who is told apart by what. */
export function unitWords({ header, cookie, field }: EndpointView['route']['unit']): string {
  const places = [`the header ${header}`, cookie && `the cookie ${cookie}`, field && `the field ${field}`];
  return `Units are told apart by ${places.filter(Boolean).join(', else ')}; without it, each request is a unit.`;
}
