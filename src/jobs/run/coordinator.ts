import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { RunChange } from '../../store/ledger/ledger.ts';
import type { Check } from '../../store/store.ts';
import type { RunReceipt } from '../receipt/receipt.ts';
import type { JobSink } from '../sinks/sink.ts';
import { openSource } from '../sources/open.ts';
import type { JobSource } from '../sources/source.ts';
import { redactedError } from '../spec/redaction.ts';
import { redactorFor } from '../spec/secrets.ts';
import { CHUNK_WORKER_ENTRY } from '../worker/entry.ts';
import { checkedRun } from './checked-run.ts';
import { reasonToHold } from './checks.ts';
import { ChunkWorkerPool } from './chunk-worker-pool.ts';
import { clearScratch } from './cleanup.ts';
import { endingOf, type RunEnding, stopError } from './ending.ts';
import { sumOf } from './error-budget.ts';
import type { RunPlan } from './plan.ts';
import { planRun } from './planning.ts';
import type { RunProgress } from './progress.ts';
import { publishRun } from './publish.ts';
import { requireUnreplayed } from './replay-base.ts';
import type { RunAccounting } from './run-accounting.ts';
import { type CoordinatorOptions, RunContext } from './run-context.ts';
import { mergeRejects } from './run-dead-letters.ts';
import { openAccounts, openRunSink, prepareWork, scoreRun } from './scoring.ts';
import { runPlanOf, runProgressOf } from './stored-run.ts';

/** Time that workers and sink are given once the run is to stop. */
const GRACE_MILLIS = 10_000;

/**
 * Takes a run that was claimed to its end: plans it, or goes on with its plan, scores what is not done, checks, publishes and
 * signs. Answers its receipt. Throws JOB_INTERRUPTED and what passes with the state kept, JOB_HELD with the output held
 * back, FENCE_LOST with nothing written any more, and whatever else makes the run fail.
 */
export async function coordinateRun(options: CoordinatorOptions): Promise<RunReceipt> {
  const coordinator = new RunCoordinator(new RunContext(options));
  try {
    return await coordinator.finish();
  } catch (error) {
    throw await coordinator.settle(error);
  } finally {
    await coordinator.close();
  }
}

class RunCoordinator {
  readonly #context: RunContext;
  #workers: ChunkWorkerPool | null = null;
  #sink: JobSink | null = null;
  #accounts: RunAccounting | null = null;
  #fingerprint: string | null;
  #isPlanned = false;
  #checks: readonly Check[];

  constructor(context: RunContext) {
    this.#context = context;
    const { row, lease, options } = context;
    this.#fingerprint = row.fingerprint;
    this.#checks = runProgressOf(row)?.checks ?? [];
    const kill = (): void => this.#workers?.kill();
    lease.lost.addEventListener('abort', kill);
    options.stop.addEventListener('abort', () => setTimeout(kill, GRACE_MILLIS).unref());
  }

  async finish(): Promise<RunReceipt> {
    const { row, log, lease, options } = this.#context;
    // One that waited to be tried again has its number already.
    const again = row.startedAt !== null && row.state !== 'queued';
    const attempt = again ? row.attempt + 1 : row.attempt;
    const startedAt = row.startedAt ?? options.clock.now();
    log.info({ run: row.id, attempt, state: row.state, pid: process.pid }, 'the run begins');
    const state = row.state === 'queued' ? 'planning' : row.state;
    // Why the last attempt failed is of interest until this one has come further.
    await lease.change({ state, startedAt, attempt });
    const before = runPlanOf(row);
    const plan =
      row.state === 'publishing' && before !== null
        ? before
        : await this.#scored(before, { startedAt, attempt });
    this.#isPlanned = true;
    return options.veil.conceal(await this.#publish(plan, { startedAt, attempt }));
  }

  /** Plans, scores and checks, to the point from where there is no way but to publish. */
  async #scored(before: RunPlan | null, { startedAt, attempt }: Attempt): Promise<RunPlan> {
    const context = this.#context;
    await requireUnreplayed(context.options.ledger, context.row);
    const source = await openSource(context.spec, context.options.secrets, context.folder);
    try {
      const planned = await planRun(context, source, before, () => this.#startWorkers());
      const { fingerprint, workers } = planned;
      this.#fingerprint = fingerprint;
      this.#isPlanned = true;
      const { plan, work } = await prepareWork(context, { source, workers }, planned.plan, attempt);
      const accounts = openAccounts(context, plan, work);
      this.#accounts = accounts;
      const sink = await openRunSink(context, plan);
      this.#sink = sink;
      await scoreRun(context, { plan, work, workers, accounts, sink, startedAt });
      await this.#check(source, plan, accounts);
      await context.lease.change({ state: 'publishing', progress: this.#progress() });
      return plan;
    } finally {
      await source.close();
    }
  }

  #startWorkers(): ChunkWorkerPool {
    const { spec, log, options } = this.#context;
    this.#workers = new ChunkWorkerPool({
      entry: options.worker ?? CHUNK_WORKER_ENTRY,
      count: spec.options.lanes,
      logger: log,
      onScored: (rows) => this.#accounts?.noteScored(rows),
    });
    return this.#workers;
  }

  /** Throws INPUT_CHANGED, ROWS_DO_NOT_ADD_UP, JOB_HELD. */
  async #check(source: JobSource, plan: RunPlan, accounts: RunAccounting): Promise<void> {
    const { row, spec, options } = this.#context;
    options.onStep({ phase: 'checks' });
    const { ledger } = options;
    const limits = spec.options;
    this.#checks = await checkedRun({ row, ledger, limits, source, plan, accounts: accounts.all });
    const reason = reasonToHold(this.#checks);
    if (reason === null) return;
    throw new PlimsollError('JOB_HELD', { job: row.job, run: row.id, reason, checks: this.#checks });
  }

  async #publish(plan: RunPlan, attempt: Attempt): Promise<RunReceipt> {
    const { spec, folder, lease, log, options } = this.#context;
    options.onStep({ phase: 'publishing' });
    const accounts = await this.#context.chunkTotals();
    if (this.#sink === null) {
      this.#sink = await openRunSink(this.#context, plan);
      await this.#sink.prepare(accounts);
    }
    const receipt = await publishRun({
      ...attempt,
      ...{ held: lease, spec, plan, accounts, sink: this.#sink, folder, clock: options.clock },
      fingerprint: this.#fingerprint,
      checks: this.#checks,
      progress: () => this.#progress(),
    });
    log.info({ rows: receipt.rows, where: receipt.output.where }, 'the run is done');
    return receipt;
  }

  /** Over all attempts. */
  #progress(): RunProgress {
    const before = runProgressOf(this.#context.row);
    const seconds = (before?.seconds ?? 0) + this.#context.seconds;
    const { rows, chunks } = this.#accounts?.progress ?? before ?? NOTHING;
    return { rows, chunks, seconds, checks: this.#checks };
  }

  /** Writes down what the run has come to, and answers what to say. */
  async settle(error: unknown): Promise<unknown> {
    const { row, spec, lease, log, options } = this.#context;
    this.#workers?.kill();
    const { lost } = lease;
    const chunks = this.#accounts?.progress.chunks ?? null;
    const stopped = stopError(error, { run: row.id, job: row.job, chunks, stop: options.stop, lost });
    const coded = redactedError(stopped, redactorFor(spec, options.secrets));
    log.error({ error: coded }, 'the run stops');
    const ending = endingOf(coded, row.facts !== null && !this.#isPlanned);
    if (ending === 'lost') return coded;
    try {
      await lease.release(await this.#lastChange(ending, coded));
      return coded;
    } catch (cause) {
      log.error({ error: String(cause) }, 'the end of the run could not be written down');
      return isPlimsollError(cause) && cause.code === 'FENCE_LOST' ? cause : coded;
    }
  }

  async #lastChange(ending: RunEnding, error: PlimsollError): Promise<RunChange> {
    const { folder, spec, options } = this.#context;
    const change: RunChange = { error: error.toJSON(), progress: this.#progress() };
    if (ending === 'held') return { ...change, state: 'held' };
    if (ending === 'kept') return change;
    await mergeRejects(folder, spec.rejects ?? null);
    await this.#sink?.discard();
    return { ...change, state: 'failed', endedAt: options.clock.now() };
  }

  async close(): Promise<void> {
    const { lease, log, folder } = this.#context;
    lease.stop();
    this.#workers?.close();
    await this.#sink?.close();
    log.close();
    clearScratch(folder);
  }
}

interface Attempt {
  readonly startedAt: number;
  readonly attempt: number;
}

const NOTHING: Pick<RunProgress, 'rows' | 'chunks'> = { rows: sumOf([]), chunks: { done: 0, of: 0 } };
