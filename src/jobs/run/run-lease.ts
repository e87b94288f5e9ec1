import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Ledger, RunChange, RunRow } from '../../store/ledger/ledger.ts';
import type { ChunkTotals } from '../chunk.ts';
import { retryOutage } from '../outage.ts';
import { LEASE_MILLIS, RENEW_MILLIS } from './lease.ts';
import type { RunProgress } from './progress.ts';

/** What passes: the database of the ledger is started again, or somebody else writes to it. */
const PASSING = ['STORE_UNAVAILABLE', 'STORE_BUSY'] as const;

/**
 * A run that this process has. Whatever it writes names the fence it was given: from the moment that another process
 * takes the run, all of it throws FENCE_LOST.
 */
export class RunLease {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly row: RunRow;

  constructor(ledger: Ledger, row: RunRow, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.row = row;
    this.#timer = setInterval(() => void this.#renew(), RENEW_MILLIS);
    this.#timer.unref();
  }

  /** Aborted once the run is another's. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  change(change: RunChange): Promise<void> {
    return this.#write(() => this.#ledger.change(this.row.id, this.row.fence, change));
  }

  addPiece(path: string, piece: number, found: string): Promise<void> {
    return this.#write(() => this.#ledger.addPiece(this.row.id, this.row.fence, path, piece, found));
  }

  finishChunk(account: ChunkTotals, progress: RunProgress): Promise<void> {
    const { id, fence } = this.row;
    return this.#write(() => this.#ledger.finishChunk(id, fence, account.chunk, account, progress));
  }

  /** Lets go of it, with a last change. */
  async release(change: RunChange): Promise<void> {
    this.stop();
    await this.#write(() => this.#ledger.release(this.row.id, this.row.fence, change));
  }

  /** Renews no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    const { id, fence } = this.row;
    try {
      if (!(await this.#ledger.renew(id, fence, this.#clock.now(), LEASE_MILLIS))) this.#lose();
    } catch {
      // The fence tells whether the run is still ours, not time: the next write does, once the database answers.
    }
  }

  async #write(write: () => Promise<boolean>): Promise<void> {
    if (await retryOutage(PASSING, write)) return;
    throw this.#lose();
  }

  #lose(): PlimsollError {
    const error = new PlimsollError('FENCE_LOST', { run: this.row.id, job: this.row.job });
    this.stop();
    this.#lost.abort(error);
    return error;
  }
}
