/** Writes an override down once the store is back: done once, whoever dies when, and what others did meanwhile respected. */
import type { Clock } from '../../core/ports.ts';
import type { EndpointRow, RolloutRow, Store, Tables } from '../../store/store.ts';
import { routeChange, singleVersionTarget } from '../rollouts/actions.ts';
import { overrideApplies, type RouteOverride } from './route-override.ts';

export interface SettleOverridePorts {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  /** Ends a rollout that runs, here or by its owner elsewhere. Throws coded errors. */
  readonly end: (rollout: RolloutRow, override: RouteOverride) => Promise<void>;
}

/** Status of the note that it has been written, among the answers to repeated requests. */
const WRITTEN = 200;

/**
 * Whether nothing of it is left to be done. A rollout that runs is ended, and looked at again; one that another server
 * has promoted meanwhile is taken back, since an abort beats an advance. Throws what the store throws.
 */
export async function settleOverride(
  { store, clock, end }: SettleOverridePorts,
  override: RouteOverride,
): Promise<boolean> {
  const rollout = override.rollout === null ? null : await store.tables.rollouts.get(override.rollout);
  if (rollout !== null && rollout.endedAt === null) {
    await end(rollout, override);
    return false;
  }
  const isBack = rollout?.state === 'aborted' || rollout?.state === 'rolled-back';
  if (override.isHarmful && isBack && !rollout.rolledBackAutomatically)
    await store.tables.rollouts.update(rollout.id, { rolledBackAutomatically: true });
  await store.transaction((tables) => write(tables, override, Math.floor(clock.now())));
  return true;
}

async function write(tables: Tables, override: RouteOverride, at: number): Promise<void> {
  const key = `override/${override.id}`;
  if ((await tables.idempotency.get(key)) !== null) return;
  await tables.idempotency.put(key, key, WRITTEN, null, at);
  const row = await tables.endpoints.get(override.endpoint);
  if (row === null || (row.rollout === null && row.stable === override.version)) return;
  const isDone = overrideApplies(override, row) && (await flip(tables, row, override, at));
  const { by, version, from, reason, rollout } = override;
  await tables.audit.append({
    at,
    by,
    what: isDone ? 'endpoint.rolled-back' : 'endpoint.override-dropped',
    subject: `endpoint/${override.endpoint}`,
    body: {
      ...{ from: row.stable, to: version, rollout, reason, decidedAt: override.at },
      ...(isDone
        ? { generation: row.generation + 1 }
        : { found: `generation ${row.generation} rests on version ${row.stable}`, wanted: from }),
    },
  });
}

const flip = (
  { endpoints }: Tables,
  row: EndpointRow,
  { by, reason, version }: RouteOverride,
  at: number,
): Promise<boolean> =>
  endpoints.flip(row.name, row.generation, routeChange(row, singleVersionTarget(version, row.route.seed)), {
    at,
    by,
    reason,
  });
