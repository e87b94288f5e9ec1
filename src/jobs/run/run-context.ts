/** What every step of a run works with: the job as it is veiled, its folder and log, and the lease on it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../core/ports.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import type { ChunkTotals } from '../chunk.ts';
import type { JobSpec } from '../spec/spec.ts';
import { runSpecOf } from '../spec/stored-spec.ts';
import { openRunLog, type RunLog } from './log.ts';
import type { ModelOptions } from './model.ts';
import type { RunStep } from './progress.ts';
import { veiled, veiledLog, type WithVeil } from './redacted-ledger.ts';
import { RunLease } from './run-lease.ts';
import { chunkTotalsOf } from './stored-run.ts';

export interface CoordinatorOptions extends Pick<ModelOptions, 'dataDir' | 'ask'> {
  readonly ledger: Ledger;
  /** Of a claimed run. */
  readonly row: RunRow;
  readonly secrets: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Aborted to have the run keep its state and end. */
  readonly stop: AbortSignal;
  readonly onStep: (step: RunStep) => void;
  /** What a worker is started from. */
  readonly worker?: URL;
  /**
   * Waits for a place to score in, once the input has been reached. With it, input that cannot be reached ends the attempt at
   * once: whoever hands out places tries again later. Without it, it is waited for.
   */
  readonly place?: () => Promise<void>;
}

export class RunContext {
  readonly options: WithVeil<CoordinatorOptions>;
  readonly spec: JobSpec;
  /** Of the run. */
  readonly folder: string;
  readonly log: RunLog;
  readonly lease: RunLease;
  /** Aborted once the run is to stop, or is another's. */
  readonly stop: AbortSignal;
  readonly #began: number;

  constructor(options: CoordinatorOptions) {
    this.options = veiled(options);
    const { row, dataDir, clock, ledger, stop, veil } = this.options;
    this.spec = runSpecOf(row);
    this.#began = clock.monotonic();
    this.folder = join(dataDir, 'jobs', row.id);
    mkdirSync(this.folder, { recursive: true });
    this.log = veiledLog(openRunLog(this.folder, clock), veil);
    this.lease = new RunLease(ledger, row, clock);
    this.stop = AbortSignal.any([stop, this.lease.lost]);
  }

  get row(): RunRow {
    return this.options.row;
  }

  /** Seconds of this attempt. */
  get seconds(): number {
    return (this.options.clock.monotonic() - this.#began) / 1000;
  }

  /** What came of the chunks that are done. Throws STORE_ROW_INVALID. */
  async chunkTotals(): Promise<readonly ChunkTotals[]> {
    return chunkTotalsOf(this.row.id, await this.options.ledger.chunks(this.row.id));
  }
}
