import { eachRow } from '../../store/pages.ts';
import { requireSound } from '../../store/row-schema.ts';
import type { EndpointRow, RolloutRow, Tables } from '../../store/store.ts';

/**
 * What needs a version, in words, or null: whatever answers with it, would after a rollback, or tries it. Reads what the
 * store says now; to be asked in the transaction that acts on the answer. Throws STORE_ROW_INVALID: a damaged row may need it.
 */
export async function versionUsage(tables: Tables, model: string, version: number): Promise<string | null> {
  for await (const endpoint of eachRow((page) => tables.endpoints.list(page))) {
    const why = endpoint.model === model ? needs(endpoint, version) : null;
    if (why !== null) return why;
  }
  for (const rollout of requireSound(await tables.rollouts.running())) {
    const endpoint = await tables.endpoints.get(rollout.endpoint);
    if (endpoint?.model === model && isOf(rollout, version)) return `rollout ${rollout.id} compares it`;
  }
  return null;
}

const isOf = ({ candidate, stable }: RolloutRow, version: number): boolean =>
  candidate === version || stable === version;

function needs({ name, stable, previous, route }: EndpointRow, version: number): string | null {
  if (stable === version) return `endpoint ${name} answers with it`;
  if (previous === version) return `endpoint ${name} would be rolled back to it`;
  const isRouted = [...route.ranges, ...route.rules, ...(route.shadow ? [route.shadow] : [])].some(
    (entry) => entry.version === version,
  );
  return isRouted ? `the route of endpoint ${name} leads to it` : null;
}
