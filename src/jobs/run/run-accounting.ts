import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Chunk, ChunkTotals, RowCounts } from '../chunk.ts';
import type { JobSpec } from '../spec/spec.ts';
import { badRows, budgetText, isExceeded, sumOf } from './error-budget.ts';
import type { RunProgress, RunStep } from './progress.ts';
import type { RunLease } from './run-lease.ts';

export interface AccountsOptions {
  readonly spec: JobSpec;
  readonly held: RunLease;
  readonly chunks: readonly Chunk[];
  /** Rows of the input, where known. */
  readonly rows: number | null;
  /** Seconds that earlier attempts have worked on it. */
  readonly secondsBefore: number;
  /** Where rows without an answer will be listed. */
  readonly rejects: string;
  readonly clock: Clock;
  readonly onStep: (step: RunStep) => void;
}

/** The books of a run: what is done, what it came to, whether that may go on. */
export class RunAccounting {
  readonly #options: AccountsOptions;
  readonly #done = new Map<number, ChunkTotals>();
  readonly #started: number;
  #counts: RowCounts = sumOf([]);
  /** Rows that this attempt has scored, of chunks that are done or not. */
  #scored = 0;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#started = options.clock.monotonic();
  }

  /** Takes over what was done before; what the sink has and the ledger has not, the ledger is told. */
  async takeOver(there: readonly ChunkTotals[], known: readonly ChunkTotals[]): Promise<void> {
    const told = new Set(known.map(({ chunk }) => chunk));
    for (const account of there) {
      this.#note(account);
      if (!told.has(account.chunk)) await this.#options.held.finishChunk(account, this.progress);
    }
  }

  /** Keeps an account. Throws BUDGET_EXCEEDED, FENCE_LOST. */
  async add(account: ChunkTotals): Promise<void> {
    this.#note(account);
    await this.#options.held.finishChunk(account, this.progress);
    this.#step();
    this.requireBudget(this.#options.rows);
  }

  /** Rows that a worker has scored. */
  noteScored(rows: number): void {
    this.#scored += rows;
    this.#step();
  }

  get remaining(): Chunk[] {
    return this.#options.chunks.filter(({ index }) => !this.#done.has(index));
  }

  /** In the order of chunks. */
  get all(): ChunkTotals[] {
    return [...this.#done.values()].sort((a, b) => a.chunk - b.chunk);
  }

  get counts(): RowCounts {
    return this.#counts;
  }

  get progress(): RunProgress {
    const { chunks, secondsBefore } = this.#options;
    return {
      rows: this.#counts,
      chunks: { done: this.#done.size, of: chunks.length },
      seconds: secondsBefore + this.#seconds,
    };
  }

  /** Throws BUDGET_EXCEEDED where it is, whatever comes; `total` is null while the rows of the input are not known. */
  requireBudget(total: number | null): void {
    const { spec, held, rejects } = this.#options;
    if (!isExceeded(spec.options.budget, this.#counts, total)) return;
    throw new PlimsollError('BUDGET_EXCEEDED', {
      job: spec.job,
      run: held.row.id,
      bad: badRows(this.#counts),
      read: this.#counts.read,
      rows: this.#counts,
      budget: budgetText(spec.options.budget),
      rejects,
    });
  }

  get #seconds(): number {
    return (this.#options.clock.monotonic() - this.#started) / 1000;
  }

  #note(account: ChunkTotals): void {
    this.#done.set(account.chunk, account);
    this.#counts = sumOf([this.#counts, account.counts]);
  }

  #step(): void {
    const { rows, chunks, onStep } = this.#options;
    const rowsPerSecond = this.#scored / Math.max(this.#seconds, 1e-3);
    const share = rows === null ? this.#done.size / chunks.length : this.#counts.read / Math.max(rows, 1);
    const left = rows === null ? undefined : (rows - this.#counts.read) / Math.max(rowsPerSecond, 1e-3);
    onStep({ phase: 'scoring', share, rowsPerSecond, secondsLeft: left });
  }
}
