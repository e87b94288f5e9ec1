/** Plans a run: the model, the frozen input and its chunks, what is written, and the fingerprint of all that. */
import { required } from '../../core/element-at.ts';
import { requireSame, runFingerprintOf } from '../plan/fingerprint.ts';
import type { JobSource } from '../sources/source.ts';
import type { ChunkWorkerAnswers } from '../worker/protocol.ts';
import type { ChunkWorkerPool } from './chunk-worker-pool.ts';
import { plannedColumns } from './columns.ts';
import { piecesOf } from './pieces.ts';
import { inputRowsOf, type RunPlan } from './plan.ts';
import { behind, previousPlan } from './previous-output.ts';
import { keptFacts } from './redacted-ledger.ts';
import type { RunContext } from './run-context.ts';
import { survey } from './survey.ts';

export interface PlannedRun {
  readonly plan: RunPlan;
  readonly fingerprint: string;
  /** Which have loaded the model. */
  readonly workers: ChunkWorkerPool;
}

/**
 * Plans a run, or goes on with the plan that an earlier attempt has made. Workers are started once there is a place to score
 * in, and load the model while the input is read. Throws JOB_CHANGED, and what source, model and workers throw.
 */
export async function planRun(
  context: RunContext,
  source: JobSource,
  before: RunPlan | null,
  startWorkers: () => ChunkWorkerPool,
): Promise<PlannedRun> {
  const { spec, row, lease, log, stop, options } = context;
  const { ledger, place, veil } = options;
  // What was asked for differently is told before anything is made of it.
  if (before !== null) requireSame(row.job, row.id, row.facts, keptFacts(spec, before, veil));
  if (place) {
    await source.list();
    await place();
  }
  const workers = startWorkers();
  const pieces = piecesOf(lease, await ledger.pieces(row.id));
  const loads: Promise<ChunkWorkerAnswers['load']>[] = [];
  const surveyed = await survey(spec, before, {
    ...options,
    ...{ source, pieces, stop },
    onBound: (model) => {
      const load = workers.load(model);
      load.catch(() => undefined);
      loads.push(load);
    },
  });
  const { outputs, explanation } = await required(loads[0], 'the model of a run');
  const carried = before?.carried ?? (await previousPlan(spec, { pieces, stop }));
  const chunks = surveyed.chunks === before?.chunks ? before.chunks : behind(carried, surveyed.chunks);
  const columns = plannedColumns(spec, surveyed.frozen, outputs);
  const explained = surveyed.explained && { ...surveyed.explained, ...explanation };
  const plan: RunPlan = { ...surveyed, ...(explained && { explained }), chunks, outputs, columns, carried };
  const facts = keptFacts(spec, plan, veil);
  if (row.facts !== null) requireSame(row.job, row.id, row.facts, facts);
  const fingerprint = runFingerprintOf(facts);
  await lease.change({ state: 'running', error: null, plan, facts, fingerprint });
  const found = { model: plan.model, chunks: plan.chunks.length, rows: inputRowsOf(plan) };
  log.info(found, 'the run is planned');
  return { plan, fingerprint, workers };
}
