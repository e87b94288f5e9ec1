/** Old ticks are put together by the hour, so that the database grows by hours and not by seconds. */
import { elementAt } from '../../core/element-at.ts';
import type { MonitoringStore, TickRow } from '../../store/monitoring/monitoring.ts';
import { addTicks, type MonitorTick, packTick, unpackTick } from './monitor-tick.ts';

export interface FoldOptions {
  readonly store: Pick<MonitoringStore, 'ticksAfter' | 'foldTicks'>;
  /** Ticks of hours that were over then, in milliseconds since the epoch. */
  readonly before: number;
  /** Number of the last tick that everything that follows ticks has read. */
  readonly read: number;
}

const HOUR_MS = 3_600_000;
/** Ticks of wide models are large: so many are held at once. */
const PAGE_ROWS = 250;

/**
 * To be called where everything that reads ticks is kept up to `read`. Cut off anywhere, it is gone on with at the next call.
 * Answers how many ticks were put away.
 */
export async function foldOldTicks({ store, before, read }: FoldOptions): Promise<number> {
  const until = Math.floor(before / HOUR_MS) * HOUR_MS;
  let folded = 0;
  for (let after = 0; ; ) {
    const rows = await store.ticksAfter(after, PAGE_ROWS);
    const old = rows.filter(({ id, at, span }) => id <= read && at + span <= until);
    // They come in the order of time, nearly: behind those that are young there are hardly any old ones.
    if (old.length === 0) return folded;
    const sums = sumsOf(old);
    if (sums.ids.length > 0 && (await store.foldTicks(sums.ids, sums.rows))) folded += sums.ids.length;
    after = elementAt(rows, rows.length - 1).id;
  }
}

/** By endpoint, version, replica, profile and hour. One that cannot be read stays until it is forgotten. */
function sumsOf(rows: readonly TickRow[]): {
  readonly ids: readonly number[];
  readonly rows: readonly Omit<TickRow, 'id'>[];
} {
  const sums = new Map<
    string,
    { readonly about: Omit<TickRow, 'id' | 'rows' | 'counts'>; tick: MonitorTick }
  >();
  const ids: number[] = [];
  for (const { id, endpoint, model, version, replica, at, counts } of rows) {
    const tick = readable(counts);
    if (tick === null) continue;
    ids.push(id);
    const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
    const key = JSON.stringify([endpoint, model, version, replica, hour, tick.profile]);
    const sum = sums.get(key);
    if (sum === undefined)
      sums.set(key, { about: { endpoint, model, version, replica, at: hour, span: HOUR_MS }, tick });
    else sum.tick = addTicks(sum.tick, tick);
  }
  const made = [...sums.values()].map(({ about, tick }) => ({
    ...about,
    rows: tick.counts.rows,
    counts: packTick(tick),
  }));
  return { ids, rows: made };
}

function readable(counts: Uint8Array): MonitorTick | null {
  try {
    return unpackTick(counts);
  } catch {
    return null;
  }
}
