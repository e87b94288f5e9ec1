import packageJson from '../../../package.json' with { type: 'json' };
import type { Clock } from '../../core/ports.ts';
import type { Check } from '../../store/store.ts';
import type { ChunkTotals } from '../chunk.ts';
import { type RunReceipt, receiptOf } from '../receipt/receipt.ts';
import { addUp } from '../receipt/totals.ts';
import type { JobSink } from '../sinks/sink.ts';
import { readScored } from '../spark/staging.ts';
import type { JobSpec } from '../spec/spec.ts';
import { cleanUpRun, markUntidy } from './cleanup.ts';
import { type RunPlan, workedChunks } from './plan.ts';
import type { RunProgress } from './progress.ts';
import { mergeRejects } from './run-dead-letters.ts';
import type { RunLease } from './run-lease.ts';

export interface PublishOptions {
  readonly held: RunLease;
  readonly spec: JobSpec;
  readonly plan: RunPlan;
  readonly accounts: readonly ChunkTotals[];
  readonly sink: JobSink;
  /** Of the run. */
  readonly folder: string;
  readonly fingerprint: string | null;
  readonly checks: readonly Check[];
  readonly startedAt: number;
  readonly attempt: number;
  readonly clock: Clock;
  readonly progress: () => RunProgress;
}

/** Makes the output visible, closes the run in the ledger, and cleans up; each of them may have been done before. Throws ROWS_DO_NOT_ADD_UP, and what the sink throws. */
export async function publishRun(options: PublishOptions): Promise<RunReceipt> {
  const { held, spec, plan, accounts, sink, folder, fingerprint, clock } = options;
  const { id, job } = held.row;
  const { rows } = addUp(accounts, workedChunks(plan));
  const published = await sink.publish(accounts, { job, run: id, fingerprint });
  const where = await mergeRejects(folder, spec.rejects ?? null);
  const rejects = where === null ? null : { where, rows: rows.rejected + rows.failed + rows.skipped };
  const endedAt = clock.now();
  const progress = options.progress();
  const receipt = receiptOf({
    ...options,
    run: { id, job, attempt: options.attempt, fingerprint },
    state: 'done',
    plan: { ...plan, chunks: workedChunks(plan) },
    published,
    rejects,
    spark: readScored(folder)?.report ?? null,
    endedAt,
    seconds: progress.seconds,
    plimsoll: packageJson.version,
  });
  markUntidy(folder);
  await held.release({ state: 'done', error: null, endedAt, receipt, progress });
  // Only now: until the ledger says so, the sink has to know that it was done.
  await cleanUpRun(folder, sink);
  return receipt;
}
