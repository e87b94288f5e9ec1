/** What scopes allow. Pure. */
import type { KnownKey } from '../../control/keys/port.ts';
import type { Scope } from '../../store/scopes.ts';

/** Each may do what those before it may. `predict` is none of them: it reads nothing, and changes nothing. */
const RANKS: Readonly<Record<Scope, number>> = { predict: 0, viewer: 1, operator: 2, admin: 3 };

/** What a request needs, beside predictions. */
export type RequiredScope = Exclude<Scope, 'predict'>;

export const allows = (scope: Scope, wanted: RequiredScope): boolean => RANKS[scope] >= RANKS[wanted];

/**
 * Operators try what they move traffic to; a viewer looks on. A key for endpoints is for those alone.
 */
export function mayPredict({ scope, endpoints }: KnownKey, endpoint: string): boolean {
  if (scope === 'viewer') return false;
  return endpoints.length === 0 || endpoints.includes(endpoint);
}

/** For messages: what a key is for. */
export function purposeOf({ scope, endpoints }: KnownKey): string {
  if (scope !== 'predict') return `scope ${scope}`;
  return endpoints.length === 0 ? 'predictions' : `predictions of ${endpoints.join(', ')}`;
}
