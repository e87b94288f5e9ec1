import { PlimsollError } from '../../core/errors.ts';
import type { EngineStatus } from '../engine.ts';
import { type BatchingRule, takeTogether, type Waiting } from './batching.ts';
import { PythonFailureError } from './failure.ts';
import { isDeadly, Seat } from './seat.ts';
import { type Answer, apart, rowsOf, rowsProblem, together, type Work } from './work.ts';
import type { PythonWorker } from './worker.ts';

export interface PoolOptions extends BatchingRule {
  readonly name: string;
  readonly workers: number;
  readonly start: () => Promise<PythonWorker>;
  /** Milliseconds that a request may wait for a worker. */
  readonly waitMillis: number;
  /** Requests that may wait, and their rows. */
  readonly maxQueue: number;
  readonly maxQueuedRows: number;
}

/** What a pool is like at one moment, and what it has done so far. */
export interface PoolStatus extends EngineStatus {
  readonly waitingRows: number;
  /** Calls by the number of requests put together: 1, 2, up to 4, 8, … 128, and more. */
  readonly together: readonly number[];
  readonly pids: readonly number[];
}

interface Entry extends Waiting {
  readonly since: number;
  readonly deaths: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Deaths of a worker after which a request is not asked again. */
const MAX_DEATHS = 2;
const TOGETHER_CELLS = 9;

/** Workers of one version, and the requests that wait for them. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #seats: readonly Seat[];
  readonly #queue: Entry[] = [];
  readonly #together = new Array<number>(TOGETHER_CELLS).fill(0);
  #queuedRows = 0;
  #inFlight = 0;
  #isScheduled = false;
  #isClosed = false;
  #drained: (() => void) | null = null;
  #waitTimer: NodeJS.Timeout | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { start, workers } = options;
    this.#seats = Array.from({ length: workers }, () => new Seat({ start, changed: () => this.#schedule() }));
  }

  /** @throws what `startWorker` throws; then nothing is left running */
  async open(): Promise<void> {
    try {
      await Promise.all(this.#seats.map((seat) => seat.open()));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  get status(): PoolStatus {
    const up = this.#seats.flatMap(({ worker }) => worker ?? []);
    return {
      workers: this.#seats.length,
      up: up.length,
      restarts: this.#seats.reduce((sum, { restarts }) => sum + restarts, 0),
      waiting: this.#queue.length,
      waitingRows: this.#queuedRows,
      together: [...this.#together],
      rss: up.map(({ rss }) => rss),
      pids: up.map(({ pid }) => pid),
    };
  }

  /**
   * @throws PythonFailureError, PYTHON_WORKER_ENDED, ENGINE_TIMEOUT, ENGINE_BUSY, ENGINE_CLOSED, and INPUT_INVALID for rows
   *   that fit into no frame
   */
  submit(work: Work): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(new PlimsollError('ENGINE_CLOSED'));
    const { maxQueue, maxQueuedRows } = this.#options;
    const [found, rows] = [this.#queue.length, rowsOf(work)];
    if (found >= maxQueue || (found > 0 && this.#queuedRows + rows > maxQueuedRows))
      return Promise.reject(new PlimsollError('ENGINE_BUSY', { found, limit: maxQueue }));
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, isAlone: false, since: performance.now(), deaths: 0, resolve, reject });
      this.#queuedRows += rows;
      this.#schedule();
    });
  }

  /** What waits is refused, what a worker has is answered; then the workers end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const entry of this.#takeAll()) entry.reject(new PlimsollError('ENGINE_CLOSED'));
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await Promise.all(this.#seats.map((seat) => seat.close()));
  }

  /** Requests that arrive in one turn of the loop are seen together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    const free = this.#seats.filter(({ isFree }) => isFree);
    for (const [index, seat] of free.entries()) {
      const entries = takeTogether(this.#queue, this.#options, free.length - index);
      if (entries.length === 0) break;
      this.#queuedRows -= entries.reduce((sum, { work }) => sum + rowsOf(work), 0);
      this.#run(seat, entries);
    }
    this.#watch();
  }

  #run(seat: Seat, entries: readonly Entry[]): void {
    const works = entries.map(({ work }) => work);
    this.#together[Math.min(TOGETHER_CELLS - 1, 32 - Math.clz32(works.length - 1))]!++;
    this.#inFlight++;
    seat
      .use((worker) => this.#ask(worker, together(works)))
      .then((answer) => {
        for (const [index, part] of apart(works, answer).entries()) entries[index]!.resolve(part);
      })
      .catch((error: Error) => this.#failed(entries, error))
      .finally(() => {
        this.#inFlight--;
        if (this.#inFlight === 0) this.#drained?.();
      });
  }

  async #ask(worker: PythonWorker, work: Work): Promise<Answer> {
    const answer = await worker.ask(work);
    const message = rowsProblem(work, answer);
    if (message === null) return answer;
    const nowhere = { at: null, missing: null, traceback: '', rss: worker.rss };
    throw new PythonFailureError({
      ...{ kind: 'error', id: 0, stage: 'output', type: 'ValueError', message },
      ...nowhere,
    });
  }

  /** Who was asked with others, or was in a worker that died for the first time, is asked once more, alone. */
  #failed(entries: readonly Entry[], error: Error): void {
    const hasDied = isDeadly(error) && error.code === 'PYTHON_WORKER_ENDED';
    // The one at fault may be asked first, and take all its time again, so the others may wait for twice as long.
    const since = performance.now() + this.#options.waitMillis;
    const again: Entry[] = [];
    for (const entry of entries) {
      const deaths = entry.deaths + (hasDied ? 1 : 0);
      const isOver = hasDied ? deaths >= MAX_DEATHS : entries.length === 1;
      if (isOver) entry.reject(error);
      else if (this.#isClosed) entry.reject(new PlimsollError('ENGINE_CLOSED'));
      else again.push({ ...entry, since, isAlone: true, deaths });
    }
    this.#queue.unshift(...again);
    this.#queuedRows += again.reduce((sum, { work }) => sum + rowsOf(work), 0);
    this.#schedule();
  }

  /** Ends the wait of those that have waited for too long. */
  #watch(): void {
    const { waitMillis } = this.#options;
    if (this.#waitTimer !== null || this.#queue.length === 0) return;
    const oldest = this.#queue.reduce(
      (since, entry) => Math.min(since, entry.since),
      Number.POSITIVE_INFINITY,
    );
    const rest = Math.max(1, oldest + waitMillis - performance.now());
    this.#waitTimer = setTimeout(() => {
      this.#waitTimer = null;
      this.#giveUp(performance.now() - waitMillis);
      this.#watch();
    }, rest);
  }

  #giveUp(before: number): void {
    const waiting = this.#takeAll();
    for (const entry of waiting) {
      if (entry.since > before) this.#queue.push(entry);
      else entry.reject(this.#tooLate());
    }
    this.#queuedRows = this.#queue.reduce((sum, { work }) => sum + rowsOf(work), 0);
  }

  #tooLate(): PlimsollError {
    const { name, waitMillis, maxQueue } = this.#options;
    if (this.#seats.some(({ worker }) => worker !== null))
      return new PlimsollError('ENGINE_BUSY', { found: this.#queue.length + 1, limit: maxQueue });
    const why = this.#seats.find(({ failed }) => failed !== null)?.failed?.message;
    const reason = `none was ready within ${waitMillis} ms${why === undefined ? '' : `, the last start failed: ${why}`}`;
    return new PlimsollError('PYTHON_WORKER_ENDED', { model: name, reason, retry: 1, isDown: true });
  }

  #takeAll(): Entry[] {
    this.#queuedRows = 0;
    if (this.#waitTimer !== null) clearTimeout(this.#waitTimer);
    this.#waitTimer = null;
    return this.#queue.splice(0);
  }
}
