/** The drift view of an endpoint, from what the watch remembers, or from the ticks of the last hours. */
import { PlimsollError } from '../core/errors.ts';
import type { MonitoringStore, ProfileRow } from '../store/monitoring/monitoring.ts';
import type { DriftFinding, DriftOptions } from './drift/drift-finding.ts';
import { DriftWatch } from './drift/drift-watch.ts';
import { featureDrifts } from './drift-view.ts';
import type { KnownEndpoint, LocalMonitoringOptions } from './local-options.ts';
import { parseMonitor } from './policy/policy.ts';
import type { DriftView, FeatureDrift, MonitoringApi } from './port.ts';
import type { ReferenceProfile } from './reference/reference-profile.ts';
import { driftCause, type ObservedFinding } from './watch/drift-cause.ts';
import { type DriftMemory, MEMORY_KINDS, versionMemoryName } from './watch/memory.ts';
import { unpackTick } from './watch/monitor-tick.ts';
import { carriedMemory, ignoredColumns, WatchedProfile } from './watch/version-drift.ts';

const HOUR_MS = 3_600_000;
/** Two versions whose last rows lie further apart have not seen the same traffic. */
const TOGETHER = HOUR_MS;

type Store = Pick<MonitoringStore, 'profile' | 'memory' | 'memories' | 'monitor' | 'ticks'>;

type Query = Parameters<MonitoringApi['drift']>[1];

/** What was seen of a version, when, and how it stands. */
interface Sighting extends Pick<DriftMemory, 'rows' | 'from' | 'to'> {
  readonly view: readonly ObservedFinding[];
}

/** Throws VERSION_UNWATCHED where the endpoint has no such version. */
export async function driftView(
  { store, clock }: { readonly store: Store; readonly clock: LocalMonitoringOptions['clock'] },
  { name: endpoint, model, stable }: KnownEndpoint,
  { hours, version = stable, ...part }: Query,
): Promise<DriftView> {
  const row = await store.profile(model, version);
  if (row === null && version !== stable) throw new PlimsollError('VERSION_UNWATCHED', { endpoint, version });
  const seen =
    row &&
    (await sightingOf(store, endpoint, row, {
      from: hours === undefined ? null : clock.now() - hours * HOUR_MS,
      search: part.search ?? '',
    }));
  if (row === null || seen === null)
    return { endpoint, version, from: 0, to: 0, rows: 0, ...partOf([], part), findings: [], cause: null };
  return {
    ...{ endpoint, version, from: seen.from, to: seen.to, rows: seen.rows },
    ...partOf(featureDrifts(row.profile as ReferenceProfile, seen.view), part),
    findings: seen.view.flatMap(({ drifting, ...finding }): DriftFinding[] => (drifting ? [finding] : [])),
    cause: await causeIn(store, endpoint, row, seen),
  };
}

const isNamed = (name: string, search: string): boolean => name.toLowerCase().includes(search.toLowerCase());

/** Features whose names hold the text, from the one that the cursor names on. */
function partOf(
  all: readonly FeatureDrift[],
  { search = '', limit = all.length, cursor }: Pick<Query, 'search' | 'limit' | 'cursor'>,
): Pick<DriftView, 'features' | 'matching' | 'drifting' | 'next'> {
  const matching = all.filter(({ feature }) => isNamed(feature, search));
  const from = cursor === undefined ? 0 : Number(cursor);
  return {
    features: matching.slice(from, from + limit),
    matching: matching.length,
    drifting: matching.filter(({ state }) => state === 'drifting').length,
    next: from + limit < matching.length ? String(from + limit) : null,
  };
}

/** From what is remembered, or from the ticks since `from` alone; null where there is nothing. */
async function sightingOf(
  store: Store,
  endpoint: string,
  { model: _, version, profile, createdAt }: ProfileRow,
  { from, search }: { readonly from: number | null; readonly search: string },
): Promise<Sighting | null> {
  const row = await store.memory(MEMORY_KINDS.drift, versionMemoryName(endpoint, version));
  const memory = row?.body as DriftMemory | undefined;
  if (memory === undefined || memory.profile !== createdAt) return null;
  const { drift, log } = parseMonitor(endpoint, (await store.monitor(endpoint))?.policy ?? {});
  const { minimumPsi, minimumShare } = drift;
  const options: DriftOptions = { falseAlarms: memory.falseAlarms, minimumPsi, minimumShare };
  const watched = new WatchedProfile(profile as ReferenceProfile, ignoredColumns(drift, log));
  const isSought = (name: string): boolean => isNamed(name, search);
  if (from === null) {
    // Columns may be ignored since, or no longer be.
    const { state, ...rest } = carriedMemory(watched, memory);
    return { ...rest, view: new DriftWatch(watched.profile, options, state).view(isSought) };
  }
  const watch = new DriftWatch(watched.profile, options);
  const seen = { rows: 0, from: Infinity, to: 0 };
  for (const tick of await store.ticks({ endpoint, version, from, to: Number.MAX_SAFE_INTEGER })) {
    const { profile: made, counts } = unpackTick(tick.counts);
    if (made !== createdAt) continue;
    watch.add(watched.counts(counts));
    seen.rows += counts.rows;
    seen.from = Math.min(seen.from, tick.at);
    seen.to = Math.max(seen.to, tick.at + tick.span);
  }
  return seen.rows === 0 ? null : { ...seen, view: watch.view(isSought) };
}

/** Compares with every other version that has seen the same traffic. */
async function causeIn(
  store: Store,
  endpoint: string,
  { model, version }: ProfileRow,
  seen: Sighting,
): Promise<DriftView['cause']> {
  const memories = await store.memories(MEMORY_KINDS.drift);
  for (const { name } of memories) {
    const [of, other] = name.split(' ');
    if (of !== endpoint || Number(other) === version) continue;
    const row = await store.profile(model, Number(other));
    const there = row && (await sightingOf(store, endpoint, row, { from: null, search: '' }));
    if (there === null || Math.abs(there.to - seen.to) > TOGETHER) continue;
    const cause = driftCause(seen.view, there.view);
    if (cause !== null) return cause;
  }
  return null;
}
