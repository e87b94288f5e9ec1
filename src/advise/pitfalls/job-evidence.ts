import { nextTime } from '../../core/cron.ts';
import { isRecord } from '../../core/record.ts';
import type { JobView, RunView } from '../../jobs/port.ts';
import { readManifest } from '../../registry/bundle.ts';
import type { JobEvidence, RunEvidence } from './evidence.ts';
import type { InstallationRecords } from './installation-records.ts';

/** Newest runs that say how a job is run. */
const RUNS_MOST = 20;

/** What the ledger says of a job. */
export async function jobEvidence(
  { bundleOf, now }: Pick<InstallationRecords, 'bundleOf' | 'now'>,
  { name, schedule, paused, latest }: JobView,
  runsOf: (name: string, limit: number) => Promise<readonly RunView[]>,
): Promise<JobEvidence> {
  const runs = (latest === null ? [] : await runsOf(name, RUNS_MOST)).flatMap(runEvidence);
  return {
    ...{ name, runs, isPaused: paused },
    cronInterval: cronInterval(schedule, now),
    rowMicros: rowMicrosOf(latest, bundleOf),
  };
}

/** Of the lines that start it, the least time between two runs. */
function cronInterval(schedule: JobView['schedule'], now: number): number | null {
  const triggers = schedule?.triggers ?? [];
  if (triggers.length === 0 || triggers.some(({ kind }) => kind !== 'cron')) return null;
  const intervals = triggers.flatMap((trigger) => {
    const first = trigger.kind === 'cron' ? nextTime(trigger, now) : null;
    const second = trigger.kind === 'cron' && first !== null ? nextTime(trigger, first) : null;
    return first === null || second === null ? [] : [second - first];
  });
  return intervals.length === 0 ? null : Math.min(...intervals);
}

function runEvidence({ number, cause, state, startedAt, endedAt, receipt }: RunView): readonly RunEvidence[] {
  const rows = isRecord(receipt) && isRecord(receipt['rows']) ? receipt['rows']['read'] : undefined;
  if (state !== 'done' || startedAt === null || endedAt === null || typeof rows !== 'number') return [];
  return [{ number, cause, startedAt, endedAt, rows }];
}

/** As it was measured when its model was proved. */
function rowMicrosOf(latest: RunView | null, bundleOf: (digest: string) => string): number | null {
  const model = isRecord(latest?.receipt) ? latest.receipt['model'] : undefined;
  const digest = isRecord(model) ? model['digest'] : undefined;
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) return null;
  return readManifest(bundleOf(digest))?.rowMicros ?? null;
}
