/** What was wrong with the rows of an endpoint within the last day, from what the watch remembers. */
import type { MonitoringStore } from '../store/monitoring/monitoring.ts';
import type { KnownEndpoint } from './local-options.ts';
import { parseMonitor } from './policy/policy.ts';
import type { QualityView } from './port.ts';
import type { ReferenceProfile } from './reference/reference-profile.ts';
import { MEMORY_KINDS, versionMemoryName } from './watch/memory.ts';
import { type QualityMemory, violationsOfDay } from './watch/version-quality.ts';

export async function currentViolations(
  store: Pick<MonitoringStore, 'profile' | 'memory' | 'monitor'>,
  { name, model, stable }: KnownEndpoint,
  now: number,
): Promise<QualityView['violations']> {
  const row = await store.profile(model, stable);
  const memory = (await store.memory(MEMORY_KINDS.quality, versionMemoryName(name, stable)))?.body as
    | QualityMemory
    | undefined;
  if (row === null || memory === undefined || memory.profile !== row.createdAt) return [];
  const { quality, log } = parseMonitor(name, (await store.monitor(name))?.policy ?? {});
  if (!quality.enabled) return [];
  const isShown = (feature: string | null): boolean =>
    feature === null || !Object.hasOwn(log.redact, feature) || log.redact[feature] === 'bucket';
  return violationsOfDay(memory, row.profile as ReferenceProfile, quality, now)
    .filter(({ feature }) => isShown(feature))
    .map(({ kind, feature, rows, share, sentence }) => ({ kind, feature, rows, share, sentence }));
}
