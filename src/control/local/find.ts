/** Rows by name; where there is none, the coded error says what there is. */
import { PlimsollError } from '../../core/errors.ts';
import type { DamagedRow } from '../../store/row-schema.ts';
import type { EndpointRow, RolloutRow, Tables, VersionRow } from '../../store/store.ts';

/** Most names that an error tells. */
const TOLD_MAX = 20;

/** Throws MODEL_NOT_FOUND, VERSION_UNKNOWN. */
export async function findVersion(tables: Tables, model: string, version: number): Promise<VersionRow> {
  const row = await tables.versions.get(model, version);
  if (row !== null) return row;
  await findLatest(tables, model);
  throw new PlimsollError('VERSION_UNKNOWN', { model, version });
}

/** One that may be routed to. Throws as `findVersion` does, and VERSION_STATE. */
export async function findReadyVersion(tables: Tables, model: string, version: number): Promise<VersionRow> {
  const row = await findVersion(tables, model, version);
  if (row.state === 'ready') return row;
  const { state: found } = row;
  throw new PlimsollError('VERSION_STATE', { action: 'route to', model, version, found, wanted: 'ready' });
}

/** The newest version, or why it cannot be used. Throws MODEL_NOT_FOUND. */
export async function findLatest({ versions }: Tables, model: string): Promise<VersionRow | DamagedRow> {
  const { items, damaged } = await versions.list(model, { limit: 1 });
  const [latest] = [...items, ...damaged];
  if (latest !== undefined) return latest;
  const known = (await versions.models({ limit: TOLD_MAX })).items.join(', ') || 'no model';
  throw new PlimsollError('MODEL_NOT_FOUND', { model, known });
}

/** Throws ENDPOINT_NOT_FOUND. */
export async function findEndpoint({ endpoints }: Tables, endpoint: string): Promise<EndpointRow> {
  const row = await endpoints.get(endpoint);
  if (row !== null) return row;
  const { items } = await endpoints.list({ limit: TOLD_MAX });
  const known = items.map(({ name }) => name).join(', ') || 'none yet';
  throw new PlimsollError('ENDPOINT_NOT_FOUND', { endpoint, known });
}

/** Throws ROLLOUT_NOT_FOUND. */
export async function findRollout({ rollouts }: Tables, id: string): Promise<RolloutRow> {
  const row = await rollouts.get(id);
  if (row !== null) return row;
  throw new PlimsollError('ROLLOUT_NOT_FOUND', { id, found: 'there is none of that id' });
}
