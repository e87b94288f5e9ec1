/** Counts that were kept of one version, in the order of time. */
import { PlimsollError } from '../../core/errors.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { type MonitorTick, unpackTick } from '../watch/monitor-tick.ts';

/** So much is read at once, in milliseconds: ticks of wide models are large. */
const PART_MS = 3_600_000;

export interface KeptTick {
  /** It is of rows that came in [at, at + span), in milliseconds since the epoch. */
  readonly at: number;
  readonly span: number;
  readonly tick: MonitorTick;
}

export interface KeptRange {
  readonly endpoint: string;
  readonly version: number;
  readonly from: number;
  readonly to: number;
}

/** One that cannot be read is passed over, as the watch does. */
export async function* keptTicks(
  store: Pick<MonitoringStore, 'ticks'>,
  { endpoint, version, from, to }: KeptRange,
): AsyncGenerator<KeptTick> {
  for (let at = from; at < to; at += PART_MS) {
    const rows = await store.ticks({ endpoint, version, from: at, to: Math.min(to, at + PART_MS) });
    for (const row of rows) {
      const tick = readable(row.counts);
      if (tick !== null) yield { at: row.at, span: row.span, tick };
    }
  }
}

function readable(counts: Uint8Array): MonitorTick | null {
  try {
    return unpackTick(counts);
  } catch (error) {
    if (error instanceof PlimsollError) return null;
    throw error;
  }
}
