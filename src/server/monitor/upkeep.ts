/** Keeps what monitoring has written few and bounded: files of the log, and what the database forgets. */
import type { Clock } from '../../core/ports.ts';
import { applyRetention, compactSegments, removeOrphans } from '../../monitor/log/log-maintenance.ts';
import { predictionLogPath } from '../../monitor/log/log-paths.ts';
import { foldOldTicks } from '../../monitor/watch/fold-ticks.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { MonitorPolicies } from './policies.ts';

const DAY = 86_400_000;
/** Counts that are older are kept by the hour, in milliseconds. */
const FOLDED = DAY;
/** How long counts, what happened to alerts, and keys of blocks that were taken in are kept, in milliseconds. */
const KEPT = { ticks: 400 * DAY, events: 400 * DAY, blocks: 30 * DAY } as const;

export interface UpkeepOptions {
  readonly dataDir: string;
  readonly replica: string;
  readonly store: MonitoringStore;
  readonly policies: MonitorPolicies;
  readonly clock: Clock;
  /** Number of the last tick that all that follows ticks has read; null: another server puts them together. */
  readonly read: number | null;
}

/** To be called every ten minutes or so; cut off anywhere it is gone on with at the next call. */
export async function upkeep({
  dataDir,
  replica,
  store,
  policies,
  clock,
  read,
}: UpkeepOptions): Promise<void> {
  const now = clock.now();
  const log = { store, folder: predictionLogPath(dataDir), replica };
  await compactSegments(log, now);
  // Rows of requests that named a version themselves are kept as the model's own endpoint says.
  await applyRetention(log, (endpoint) => policies.of(endpoint.replace(/^@/, '')).log, now);
  await removeOrphans(log, now);
  if (read !== null) await foldOldTicks({ store, before: now - FOLDED, read });
  await store.forget({ ticks: now - KEPT.ticks, events: now - KEPT.events, blocks: now - KEPT.blocks });
}
