import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Ledger, RunChange, RunRow } from '../../store/ledger/ledger.ts';
import type { Check } from '../../store/store.ts';
import type { ChunkTotals } from '../chunk.ts';
import { requireSame, runFingerprintOf } from '../plan/fingerprint.ts';
import type { RunReceipt } from '../receipt/receipt.ts';
import { openSink } from '../sinks/open.ts';
import type { JobSink, SinkRun } from '../sinks/sink.ts';
import { openSource } from '../sources/open.ts';
import type { JobSource } from '../sources/source.ts';
import { redactedError } from '../spec/redaction.ts';
import { redactorFor } from '../spec/secrets.ts';
import type { JobSpec } from '../spec/spec.ts';
import { runSpecOf } from '../spec/stored-spec.ts';
import { CHUNK_WORKER_ENTRY } from '../worker/entry.ts';
import type { ChunkWorkerAnswers } from '../worker/protocol.ts';
import { checkedRun } from './checked-run.ts';
import { reasonToHold } from './checks.ts';
import { ChunkWorkerPool } from './chunk-worker-pool.ts';
import { clearScratch } from './cleanup.ts';
import { plannedColumns } from './columns.ts';
import { endingOf, type RunEnding, stopError } from './ending.ts';
import { sumOf } from './error-budget.ts';
import { openRunLog, type RunLog } from './log.ts';
import type { ModelOptions } from './model.ts';
import { piecesOf } from './pieces.ts';
import { inputRowsOf, modelLabel, type RunPlan, totalRows, workedChunks } from './plan.ts';
import { behind, previousPlan } from './previous-output.ts';
import type { RunProgress, RunStep } from './progress.ts';
import { publishRun } from './publish.ts';
import { keptFacts, veiled, veiledLog, type WithVeil } from './redacted-ledger.ts';
import { RunAccounting } from './run-accounting.ts';
import { mergeRejects, rejectsPath } from './run-dead-letters.ts';
import { RunLease } from './run-lease.ts';
import { type RunWork, workOf } from './run-work.ts';
import { scoreChunks } from './score.ts';
import { chunkTotalsOf, runPlanOf, runProgressOf } from './stored-run.ts';
import { survey } from './survey.ts';

export interface CoordinatorOptions extends Pick<ModelOptions, 'dataDir' | 'ask'> {
  readonly ledger: Ledger;
  /** Of a claimed run. */
  readonly row: RunRow;
  readonly secrets: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Aborted to have the run keep its state and end. */
  readonly stop: AbortSignal;
  readonly onStep: (step: RunStep) => void;
  /** What a lane is started from. */
  readonly lane?: URL;
  /**
   * Waits for a place to score in, once the input has been reached. With it, input that cannot be reached ends the attempt at
   * once: whoever hands out places tries again later. Without it, it is waited for.
   */
  readonly place?: () => Promise<void>;
}

/** Time that lanes and sink are given once the run is to stop. */
const GRACE_MILLIS = 10_000;

/**
 * Takes a run that was claimed to its end: plans it, or goes on with its plan, scores what is not done, checks, publishes and
 * signs. Answers its receipt. Throws JOB_INTERRUPTED and what passes with the state kept, JOB_HELD with the output held
 * back, FENCE_LOST with nothing written any more, and whatever else makes the run fail.
 */
export async function coordinateRun(options: CoordinatorOptions): Promise<RunReceipt> {
  const conductor = new RunCoordinator(options);
  try {
    return await conductor.finish();
  } catch (error) {
    throw await conductor.settle(error);
  } finally {
    await conductor.close();
  }
}

class RunCoordinator {
  readonly #options: WithVeil<CoordinatorOptions>;
  readonly #spec: JobSpec;
  readonly #folder: string;
  readonly #held: RunLease;
  readonly #log: RunLog;
  readonly #stop: AbortSignal;
  #lanes: ChunkWorkerPool | null = null;
  #sink: JobSink | null = null;
  #accounts: RunAccounting | null = null;
  #fingerprint: string | null;
  #isPlanned = false;
  #checks: readonly Check[];
  readonly #began: number;

  constructor(options: CoordinatorOptions) {
    this.#options = veiled(options);
    const { row, dataDir, clock, ledger, stop, veil } = this.#options;
    this.#spec = runSpecOf(row);
    this.#fingerprint = row.fingerprint;
    this.#checks = runProgressOf(row)?.checks ?? [];
    this.#began = clock.monotonic();
    this.#folder = join(dataDir, 'jobs', row.id);
    mkdirSync(this.#folder, { recursive: true });
    this.#log = veiledLog(openRunLog(this.#folder, clock), veil);
    this.#held = new RunLease(ledger, row, clock);
    this.#stop = AbortSignal.any([stop, this.#held.lost]);
    this.#held.lost.addEventListener('abort', () => this.#lanes?.kill());
    stop.addEventListener('abort', () => setTimeout(() => this.#lanes?.kill(), GRACE_MILLIS).unref());
  }

  async finish(): Promise<RunReceipt> {
    const { row, clock } = this.#options;
    // One that waited to be tried again has its number already.
    const again = row.startedAt !== null && row.state !== 'queued';
    const attempt = again ? row.attempt + 1 : row.attempt;
    const startedAt = row.startedAt ?? clock.now();
    this.#log.info({ run: row.id, attempt, state: row.state, pid: process.pid }, 'the run begins');
    const state = row.state === 'queued' ? 'planning' : row.state;
    // Why the last attempt failed is of interest until this one has come further.
    await this.#held.change({ state, startedAt, attempt });
    const before = runPlanOf(row);
    const plan =
      row.state === 'publishing' && before !== null
        ? before
        : await this.#scored(before, { startedAt, attempt });
    this.#isPlanned = true;
    return this.#options.veil.conceal(await this.#publish(plan, { startedAt, attempt }));
  }

  /** Plans, scores and checks, to the point from where there is no way but to publish. */
  async #scored(
    before: RunPlan | null,
    { startedAt, attempt }: { startedAt: number; attempt: number },
  ): Promise<RunPlan> {
    const source = await openSource(this.#spec, this.#options.secrets, this.#folder);
    try {
      const planned = await this.#planned(source, before);
      this.#isPlanned = true;
      const work = await this.#work(source, planned, attempt);
      const plan = work.chunks === planned.chunks ? planned : await this.#staged(planned, work);
      const accounts = await this.#score(plan, work, startedAt);
      await this.#check(source, plan, accounts);
      await this.#held.change({ state: 'publishing', progress: this.#progress() });
      return plan;
    } finally {
      await source.close();
    }
  }

  async #planned(source: JobSource, before: RunPlan | null): Promise<RunPlan> {
    const { row, ledger, onStep, place, veil } = this.#options;
    // What was asked for differently is told before anything is made of it.
    if (before !== null) requireSame(row.job, row.id, row.facts, keptFacts(this.#spec, before, veil));
    if (place) {
      await source.list();
      await place();
    }
    const lanes = this.#startLanes();
    this.#lanes = lanes;
    const pieces = piecesOf(this.#held, await ledger.pieces(row.id));
    let loading: Promise<ChunkWorkerAnswers['load']> | null = null;
    const surveyed = await survey(this.#spec, before, {
      ...this.#options,
      source,
      pieces,
      stop: this.#stop,
      onStep,
      onBound: (model) => {
        loading = lanes.load(model);
        loading.catch(() => undefined);
      },
    });
    const { outputs } = await loading!;
    const carried = before?.carried ?? (await previousPlan(this.#spec, { pieces, stop: this.#stop }));
    const chunks = surveyed.chunks === before?.chunks ? before.chunks : behind(carried, surveyed.chunks);
    const columns = plannedColumns(this.#spec, surveyed.frozen, outputs);
    const plan: RunPlan = { ...surveyed, chunks, outputs, columns, carried };
    const facts = keptFacts(this.#spec, plan, veil);
    if (row.facts !== null) requireSame(row.job, row.id, row.facts, facts);
    this.#fingerprint = runFingerprintOf(facts);
    await this.#held.change({ state: 'running', error: null, plan, facts, fingerprint: this.#fingerprint });
    const found = { model: plan.model, chunks: plan.chunks.length, rows: inputRowsOf(plan) };
    this.#log.info(found, 'the run is planned');
    return plan;
  }

  async #work(source: JobSource, plan: RunPlan, attempt: number): Promise<RunWork> {
    const { row, ledger, dataDir, secrets, clock, onStep } = this.#options;
    return workOf(plan, {
      spec: this.#spec,
      run: row.id,
      attempt,
      dataDir,
      folder: this.#folder,
      source,
      lanes: this.#lanes!,
      secrets,
      begun: (await ledger.chunks(row.id)).length > 0,
      clock,
      logger: this.#log,
      stop: this.#stop,
      onStep,
    });
  }

  async #staged(planned: RunPlan, { chunks }: RunWork): Promise<RunPlan> {
    const plan = { ...planned, staged: chunks };
    await this.#held.change({ plan });
    return plan;
  }

  #startLanes(): ChunkWorkerPool {
    return new ChunkWorkerPool({
      entry: this.#options.lane ?? CHUNK_WORKER_ENTRY,
      count: this.#spec.options.lanes,
      logger: this.#log,
      onScored: (rows) => this.#accounts?.noteScored(rows),
    });
  }

  async #score(plan: RunPlan, work: RunWork, startedAt: number): Promise<RunAccounting> {
    const { row, ledger, clock, onStep } = this.#options;
    const accounts = new RunAccounting({
      spec: this.#spec,
      held: this.#held,
      chunks: workedChunks(plan),
      rows: totalRows(work, plan.carried),
      secondsBefore: runProgressOf(row)?.seconds ?? 0,
      rejects: this.#spec.rejects ?? rejectsPath(this.#folder),
      clock,
      onStep,
    });
    this.#accounts = accounts;
    const sinkRun = this.#sinkRun(plan);
    this.#sink = await openSink(sinkRun);
    const known = chunkTotalsOf(row.id, await ledger.chunks(row.id));
    await accounts.takeOver(await this.#sink.prepare(known), known);
    const setup = {
      ...sinkRun,
      ...{ spec: work.spec, frozen: work.frozen },
      version: modelLabel(plan.model),
      at: startedAt,
      carried: plan.carried ? { ...plan.carried, chunks: plan.carried.chunks.length } : null,
    };
    await scoreChunks({ setup, lanes: this.#lanes!, accounts, chunks: workedChunks(plan), stop: this.#stop });
    return accounts;
  }

  #sinkRun(plan: RunPlan): SinkRun {
    const { row, secrets } = this.#options;
    return {
      spec: this.#spec,
      run: row.id,
      fence: row.fence,
      columns: plan.columns,
      folder: this.#folder,
      secrets,
    };
  }

  /** Throws INPUT_CHANGED, ROWS_DO_NOT_ADD_UP, JOB_HELD. */
  async #check(source: JobSource, plan: RunPlan, accounts: RunAccounting): Promise<void> {
    const { row, ledger, onStep } = this.#options;
    onStep({ phase: 'checks' });
    const { options } = this.#spec;
    this.#checks = await checkedRun({ row, ledger, limits: options, source, plan, accounts: accounts.all });
    const reason = reasonToHold(this.#checks);
    if (reason === null) return;
    throw new PlimsollError('JOB_HELD', { job: row.job, run: row.id, reason, checks: this.#checks });
  }

  async #publish(plan: RunPlan, attempt: Attempt): Promise<RunReceipt> {
    const { row, ledger, clock, onStep } = this.#options;
    onStep({ phase: 'publishing' });
    const accounts = chunkTotalsOf(row.id, await ledger.chunks(row.id));
    this.#sink ??= await this.#preparedSink(plan, accounts);
    const receipt = await publishRun({
      ...attempt,
      held: this.#held,
      spec: this.#spec,
      plan,
      accounts,
      sink: this.#sink,
      folder: this.#folder,
      fingerprint: this.#fingerprint,
      checks: this.#checks,
      clock,
      progress: () => this.#progress(),
    });
    this.#log.info({ rows: receipt.rows, where: receipt.output.where }, 'the run is done');
    return receipt;
  }

  /** Over all attempts. */
  #progress(): RunProgress {
    const before = runProgressOf(this.#options.row);
    const seconds = (before?.seconds ?? 0) + (this.#options.clock.monotonic() - this.#began) / 1000;
    const { rows, chunks } = this.#accounts?.progress ?? before ?? NOTHING;
    return { rows, chunks, seconds, checks: this.#checks };
  }

  async #preparedSink(plan: RunPlan, accounts: readonly ChunkTotals[]): Promise<JobSink> {
    const sink = await openSink(this.#sinkRun(plan));
    await sink.prepare(accounts);
    return sink;
  }

  /** Writes down what the run has come to, and answers what to say. */
  async settle(error: unknown): Promise<unknown> {
    const { row, stop } = this.#options;
    this.#lanes?.kill();
    const { lost } = this.#held;
    const chunks = this.#accounts?.progress.chunks ?? null;
    const redact = redactorFor(this.#spec, this.#options.secrets);
    const coded = redactedError(stopError(error, { run: row.id, job: row.job, chunks, stop, lost }), redact);
    this.#log.error({ error: coded }, 'the run stops');
    const ending = endingOf(coded, row.facts !== null && !this.#isPlanned);
    if (ending === 'lost') return coded;
    try {
      await this.#held.release(await this.#lastChange(ending, coded));
      return coded;
    } catch (cause) {
      this.#log.error({ error: String(cause) }, 'the end of the run could not be written down');
      return isPlimsollError(cause) && cause.code === 'FENCE_LOST' ? cause : coded;
    }
  }

  async #lastChange(ending: RunEnding, error: PlimsollError): Promise<RunChange> {
    const change: RunChange = { error: error.toJSON(), progress: this.#progress() };
    if (ending === 'held') return { ...change, state: 'held' };
    if (ending === 'kept') return change;
    await mergeRejects(this.#folder, this.#spec.rejects ?? null);
    await this.#sink?.discard();
    return { ...change, state: 'failed', endedAt: this.#options.clock.now() };
  }

  async close(): Promise<void> {
    this.#held.stop();
    this.#lanes?.close();
    await this.#sink?.close();
    this.#log.close();
    clearScratch(this.#folder);
  }
}

interface Attempt {
  readonly startedAt: number;
  readonly attempt: number;
}

const NOTHING: Pick<RunProgress, 'rows' | 'chunks'> = { rows: sumOf([]), chunks: { done: 0, of: 0 } };
