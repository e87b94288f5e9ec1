import type { Actor } from '../../core/actor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { eachRow } from '../../store/pages.ts';
import type { EndpointRow, RouteRow, Store, Tables } from '../../store/store.ts';
import { routeChange, singleVersionTarget } from '../rollouts/actions.ts';
import { findEndpoint, findReadyVersion } from './find.ts';

/**
 * One flip of an endpoint at rest to another version; it answers everybody once this is published. Throws
 * GENERATION_CONFLICT where the route was changed meanwhile, VERSION_STATE where the version was archived.
 */
export async function rollBackAtRest(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  row: EndpointRow,
  version: number,
  { by, reason = 'rolled back' }: Actor,
): Promise<void> {
  const next = routeChange(row, singleVersionTarget(version, row.route.seed));
  await store.transaction(async (tables) => {
    const at = clock.now();
    await findReadyVersion(tables, row.model, version);
    if (!(await tables.endpoints.flip(row.name, row.generation, next, { at, by, reason })))
      throw await generationConflict(tables, row.name, row.generation);
    const body = { from: row.stable, to: version, generation: next.route.generation, reason };
    const subject = `endpoint/${row.name}`;
    await tables.audit.append({ at, by, what: 'endpoint.rolled-back', subject, body });
  });
}

export async function generationConflict(
  tables: Tables,
  endpoint: string,
  wanted: number,
): Promise<PlimsollError> {
  const { generation: found } = await findEndpoint(tables, endpoint);
  return new PlimsollError('GENERATION_CONFLICT', { endpoint, found, wanted });
}

/** Whether the version has been the stable one: any other goes the way of a rollout, also one that is said to be immediate. */
export async function wasStable({ endpoints }: Tables, row: EndpointRow, version: number): Promise<boolean> {
  if (version === row.stable || version === row.previous) return true;
  for await (const { route } of eachRow((page) => endpoints.history(row.name, page)))
    if (hasStable(route, version)) return true;
  return false;
}

const hasStable = ({ ranges }: RouteRow['route'], wanted: number): boolean =>
  ranges.some(({ role, version }) => role === 'stable' && version === wanted);
