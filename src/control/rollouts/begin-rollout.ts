/** The first entry in the log of a rollout: from then on it owns its endpoint's route, and goes on whatever happens. */
import { PlimsollError } from '../../core/errors.ts';
import type { Fence, RolloutRow, Store, Tables } from '../../store/store.ts';
import { type RouteTarget, routeChange } from './actions.ts';
import { machineStart, type StartBody } from './fold-event.ts';
import { claimOrder, proveOwnership } from './rollout-log.ts';
import { machineOf } from './strategy-machines.ts';

/**
 * All or nothing, `order` being the one of another replica that it obeys. Throws POLICY_INVALID, ROLLOUTS_UNOWNED, and
 * ROLLOUT_REFUSED where one runs already or the endpoint is not what the row was made for any more.
 */
export async function beginRollout(
  { store }: { readonly store: Store },
  row: RolloutRow,
  fence: Fence,
  order?: string,
): Promise<void> {
  machineOf(row.strategy).start(machineStart(row, { rolledBackBefore: false }));
  await store.transaction(async (tables) => {
    await proveOwnership(tables, fence);
    await claimOrder(tables, order);
    const rolledBackBefore = await tables.rollouts.wasRolledBack(row.endpoint, row.binding.candidate);
    if (!(await tables.rollouts.insert(row))) throw refused(row, 'another rollout of it runs');
    await claim(tables, row);
    const body: StartBody = { rolledBackBefore };
    const { id, startedAt: at } = row;
    await tables.rollouts.append({ rollout: id, seq: 0, at, kind: 'start', body, units: null });
    const { by, reason, strategy, candidate, stable, binding } = row;
    await tables.audit.append({
      at,
      by,
      what: 'rollout.started',
      subject: `rollout/${id}`,
      body: { endpoint: row.endpoint, strategy, candidate, stable, binding, reason },
    });
  });
}

/** The same route under the name and the seed of the rollout. */
async function claim(tables: Tables, row: RolloutRow): Promise<void> {
  const endpoint = await tables.endpoints.get(row.endpoint);
  if (endpoint === null) throw refused(row, 'there is no such endpoint');
  // What it was prepared against may have changed since: it would go back to a stable that was left for a reason.
  if (endpoint.stable !== row.stable)
    throw refused(row, `version ${endpoint.stable} has become the stable one just now`, 'Start it again');
  for (const version of [row.candidate, row.stable]) {
    const state = (await tables.versions.get(endpoint.model, version))?.state;
    if (state !== 'ready')
      throw refused(row, `version ${version} is ${state ?? 'gone'}`, 'Bring it back, or name another one');
  }
  const { ranges, shadow, recording } = endpoint.route;
  const target: RouteTarget = { ranges, shadow, recording, seed: row.seed, settle: null };
  const next = { ...routeChange(endpoint, target), rollout: row.id };
  const change = { at: row.startedAt, by: row.by, reason: `Rollout ${row.id} begins` };
  if (!(await tables.endpoints.flip(row.endpoint, endpoint.generation, next, change)))
    throw refused(row, 'its route was changed just now', 'Start it again');
}

const refused = (
  { candidate, endpoint }: RolloutRow,
  reason: string,
  way = 'Wait for its end, or end it: `plimsoll rollout abort`',
): PlimsollError => new PlimsollError('ROLLOUT_REFUSED', { candidate, endpoint, reason, way });
