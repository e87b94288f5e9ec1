import { type ErrorCode, isPlimsollError, type PlimsollError } from '../../core/errors.ts';
import { Growth, Restarts } from './restarts.ts';
import type { PythonWorker } from './worker.ts';

export interface SeatOptions {
  readonly start: () => Promise<PythonWorker>;
  /** Called when it has become free, or has failed to start. */
  readonly changed: () => void;
}

/** One place at which a worker sits: one that ends or has grown is followed by the next. */
export class Seat {
  /** Workers that were started after the first. */
  restarts = 0;
  /** Why the last start failed, until one does not. */
  failed: Error | null = null;
  /** What the pool has it do, or null. */
  #isBusy = false;
  #worker: PythonWorker | null = null;
  #growth: Growth | null = null;
  /** Whether the next one is on its way. */
  #isStarting = false;
  #isClosed = false;
  #rest: NodeJS.Timeout | undefined;
  readonly #restarts = new Restarts();
  readonly #options: SeatOptions;
  /** Workers that come to their end. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  get worker(): PythonWorker | null {
    return this.#worker;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  get isFree(): boolean {
    return this.#worker !== null && !this.#isBusy;
  }

  /** Starts the first worker. @throws what `startWorker` throws */
  async open(): Promise<void> {
    this.#sit(await this.#options.start());
  }

  /** Has a worker come, for as often as it takes. */
  fill(): void {
    // What is counted as restarts are those that follow another.
    this.restarts--;
    this.#startAgain(0);
  }

  /** Has its worker do something; only while it is free. */
  async use<T>(task: (worker: PythonWorker) => Promise<T>): Promise<T> {
    const worker = this.#worker!;
    this.#isBusy = true;
    try {
      return await task(worker);
    } catch (error) {
      // It is dying, even where its exit has not been seen yet: nobody else may be sent to it.
      if (isDeadly(error) && this.#worker === worker) this.#worker = null;
      throw error;
    } finally {
      this.#isBusy = false;
      if (this.#worker === worker && this.#growth?.isTooMuch(worker.rss)) void this.#replace(worker);
      this.#options.changed();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#rest);
    const worker = this.#worker;
    this.#worker = null;
    await Promise.all([worker?.close(), ...this.#leaving]);
  }

  #sit(worker: PythonWorker): void {
    if (this.#isClosed) {
      this.#leave(worker);
      return;
    }
    const since = performance.now();
    this.#worker = worker;
    this.#growth = new Growth(worker.ready.rss);
    this.failed = null;
    void worker.ended.then(() => {
      if (this.#worker === worker) this.#worker = null;
      if (this.#worker === null) this.#startAgain(performance.now() - since);
    });
    this.#options.changed();
  }

  /** The next one is ready before this one goes. */
  async #replace(worker: PythonWorker): Promise<void> {
    if (this.#isStarting) return;
    if (await this.#start()) this.#leave(worker);
    // It cannot be replaced: it goes on as it is, for as long as it may.
    else if (this.#worker === worker) this.#growth = null;
    else this.#startAgain(0);
  }

  #leave(worker: PythonWorker): void {
    const left = worker.close().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  #startAgain(lived: number): void {
    if (this.#isClosed || this.#isStarting) return;
    this.#isStarting = true;
    const start = async (): Promise<void> => {
      if (!(await this.#start())) this.#startAgain(0);
    };
    this.#rest = setTimeout(() => void start(), this.#restarts.restAfter(lived)).unref();
  }

  /** Whether the next worker sits here now. */
  async #start(): Promise<boolean> {
    this.#isStarting = true;
    this.restarts++;
    try {
      const next = await this.#options.start();
      this.#isStarting = false;
      this.#sit(next);
      return true;
    } catch (error) {
      this.#isStarting = false;
      this.failed = error as Error;
      this.#options.changed();
      return this.#isClosed;
    }
  }
}

/** That a process has ended, of each kind of worker; one that takes too long is ended. */
const DEADLY: ReadonlySet<ErrorCode> = new Set(['PYTHON_WORKER_ENDED', 'ENGINE_CRASHED', 'ENGINE_TIMEOUT']);

/** Whether a worker that failed so is no more. */
export const isDeadly = (error: unknown): error is PlimsollError =>
  isPlimsollError(error) && DEADLY.has(error.code);
