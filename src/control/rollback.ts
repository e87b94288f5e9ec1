import type { Actor } from '../core/actor.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { EndpointRow, Store } from '../store/store.ts';
import { flipOf, restOn } from './actions.ts';

/**
 * One flip of an endpoint at rest to another version; it answers everybody once this is published. Throws
 * GENERATION_CONFLICT where the route was changed meanwhile.
 */
export async function rollBackAtRest(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  row: EndpointRow,
  version: number,
  { by, reason = 'rolled back' }: Actor,
): Promise<void> {
  const next = flipOf(row, restOn(version, row.route.seed));
  await store.transaction(async ({ endpoints, audit }) => {
    const at = clock.now();
    if (!(await endpoints.flip(row.name, row.generation, next, { at, by, reason })))
      throw new PlimsollError('GENERATION_CONFLICT', {
        endpoint: row.name,
        found: 'another one by now',
        wanted: row.generation,
      });
    const body = { from: row.stable, to: version, generation: next.route.generation, reason };
    await audit.append({ at, by, what: 'endpoint.rolled-back', subject: `endpoint/${row.name}`, body });
  });
}
