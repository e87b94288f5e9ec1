/** Has a server score the rows of a run again that got no answer. */
import { PlimsollError } from '../../core/errors.ts';
import { runChildJob } from '../../process/child-job.ts';
import type { JobRow, Ledger, RunRow } from '../../store/ledger/ledger.ts';
import type { ReplayWish } from '../port.ts';
import type { ReplayRun } from '../run/replay.ts';
import { requireLastDone } from '../run/replay-base.ts';
import type { ReplayInputRequest } from './replay.child.ts';

const LIMIT_MILLIS = 120_000;
/** Of what is replayed at most (`run/replay.ts`), several copies. */
const MEMORY = 4 * 2 ** 30;

export interface ReplayPlace {
  readonly ledger: Ledger;
  readonly dataDir: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The run of a replay of `base`, waiting for a server; `isNew` is false where the same was asked for before. Throws JOB_STATE where
 * another run is under way or has been done since, or `base` has nothing to replay, JOB_PAUSED, and REQUEST_INVALID for rows that are none of its own.
 */
export async function startReplay(
  { ledger, dataDir, now }: ReplayPlace,
  job: JobRow,
  base: RunRow,
  { rows, model }: ReplayWish,
): Promise<{ readonly run: RunRow; readonly isNew: boolean }> {
  await requireLastDone(ledger, base);
  if (job.paused) throw new PlimsollError('JOB_PAUSED', { job: job.name });
  const request: ReplayInputRequest = { base, dataDir, rows: rows ?? null, model: model ?? null };
  const { id, due, spec } = await runChildJob<ReplayRun, never>({
    entry: new URL('./replay.child.ts', import.meta.url),
    execArgv: process.execArgv,
    memoryBytes: MEMORY,
    request,
    limitMillis: LIMIT_MILLIS,
    late: () => failed(base, `it took longer than ${LIMIT_MILLIS / 1000} s`),
    ended: (reason) => failed(base, reason),
    hear: () => undefined,
  });
  await requireNoOther(ledger, base, id);
  const begun = await ledger.begin(job, {
    ...{ id, cause: 'replay', due, spec, state: 'queued' },
    createdAt: now,
    notBefore: 0,
  });
  const run = begun ?? (await ledger.run(id));
  if (run === null) throw failed(base, 'its run is gone');
  return { run, isNew: begun !== null };
}

/** What another run publishes meanwhile would be carried over, and have those rows a second time. */
async function requireNoOther(ledger: Ledger, base: RunRow, id: string): Promise<void> {
  const other = (await ledger.open()).items.find((run) => run.job === base.job && run.id !== id);
  if (other === undefined) return;
  throw new PlimsollError('JOB_STATE', {
    action: 'replay the rows of',
    job: base.job,
    found: `is number ${other.number}, which is ${other.state}`,
    wanted: 'one that is over',
    way: `Wait until run ${other.id} has ended, or cancel it`,
  });
}

const failed = ({ id }: RunRow, reason: string): PlimsollError =>
  new PlimsollError('INTERNAL', { action: `the replay of run ${id}`, reason });
