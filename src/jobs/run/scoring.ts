/** Scores what a run has planned: on its workers, where they or a cluster have not done so yet. */
import { openSink } from '../sinks/open.ts';
import type { JobSink, SinkRun } from '../sinks/sink.ts';
import type { JobSource } from '../sources/source.ts';
import type { ChunkWorkerPool } from './chunk-worker-pool.ts';
import { modelLabel, type RunPlan, totalRows, workedChunks } from './plan.ts';
import { RunAccounting } from './run-accounting.ts';
import type { RunContext } from './run-context.ts';
import { rejectsPath } from './run-dead-letters.ts';
import { type RunWork, workOf } from './run-work.ts';
import { scoreChunks } from './score.ts';
import { runProgressOf } from './stored-run.ts';

/** Where the rows of a run go, as its plan says. */
const sinkRunOf = ({ spec, row, folder, options }: RunContext, { columns }: RunPlan): SinkRun => ({
  ...{ spec, run: row.id, fence: row.fence, columns, folder, secrets: options.secrets },
});

/** Throws what the sink throws. */
export const openRunSink = (context: RunContext, plan: RunPlan): Promise<JobSink> =>
  openSink(sinkRunOf(context, plan));

/** What workers work on, kept with the plan where a cluster has scored it. Throws what `workOf` throws. */
export async function prepareWork(
  context: RunContext,
  { source, workers }: { readonly source: JobSource; readonly workers: ChunkWorkerPool },
  planned: RunPlan,
  attempt: number,
): Promise<{ readonly plan: RunPlan; readonly work: RunWork }> {
  const { options, spec, row, folder, log, stop, lease } = context;
  const work = await workOf(planned, {
    ...options,
    ...{ spec, run: row.id, attempt, folder, source, workers, logger: log, stop },
    begun: (await options.ledger.chunks(row.id)).length > 0,
  });
  if (work.chunks === planned.chunks) return { plan: planned, work };
  const plan = { ...planned, staged: work.chunks };
  await lease.change({ plan });
  return { plan, work };
}

/** The accounts of a run, those of earlier attempts with them once they are taken over. */
export const openAccounts = (
  { spec, lease, row, folder, options }: RunContext,
  plan: RunPlan,
  work: RunWork,
): RunAccounting =>
  new RunAccounting({
    ...{ spec, held: lease, clock: options.clock, onStep: options.onStep },
    chunks: workedChunks(plan),
    rows: totalRows(work, plan.carried),
    secondsBefore: runProgressOf(row)?.seconds ?? 0,
    rejects: spec.rejects ?? rejectsPath(folder),
  });

export interface ScoringParts {
  readonly plan: RunPlan;
  readonly work: RunWork;
  readonly workers: ChunkWorkerPool;
  readonly accounts: RunAccounting;
  readonly sink: JobSink;
  /** When the run began, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Throws what `scoreChunks` and the sink throw. */
export async function scoreRun(context: RunContext, parts: ScoringParts): Promise<void> {
  const { plan, work, workers, accounts, sink, startedAt } = parts;
  const known = await context.chunkTotals();
  await accounts.takeOver(await sink.prepare(known), known);
  const setup = {
    ...sinkRunOf(context, plan),
    ...{ spec: work.spec, frozen: work.frozen },
    version: modelLabel(plan.model),
    at: startedAt,
    carried: plan.carried ? { ...plan.carried, chunks: plan.carried.chunks.length } : null,
  };
  await scoreChunks({ setup, workers, accounts, chunks: workedChunks(plan), stop: context.stop });
}
