import { type ErrorCode, isPlimsollError, type PlimsollError } from '../../core/errors.ts';
import { type RestartPolicy, Supervisor } from '../../process/supervisor.ts';
import { MemoryGrowth } from './memory-growth.ts';
import type { PythonWorker } from './worker.ts';

export interface PoolSlotOptions {
  readonly start: () => Promise<PythonWorker>;
  /** Called when it has become free, or has failed to start. */
  readonly changed: () => void;
}

/** The first end costs no pause, the second 100 ms, and each further one twice as much as the last. */
const RESTART: RestartPolicy = {
  backoff: { firstMillis: 50, maxMillis: 10_000 },
  settledMillis: 10_000,
  isFirstFree: true,
};

/** One place of a pool: a worker that ends or has grown is followed by the next. */
export class PoolSlot {
  readonly #options: PoolSlotOptions;
  readonly #supervisor: Supervisor<PythonWorker>;
  /** What the pool has it do, or null. */
  #isBusy = false;
  #growth: MemoryGrowth | null = null;

  constructor(options: PoolSlotOptions) {
    this.#options = options;
    this.#supervisor = new Supervisor({
      start: async () => {
        const worker = await options.start();
        this.#growth = new MemoryGrowth(worker.ready.rss);
        return worker;
      },
      restart: RESTART,
      onChange: options.changed,
    });
  }

  get worker(): PythonWorker | null {
    return this.#supervisor.worker;
  }

  /** Why the last start failed, until one does not. */
  get failure(): Error | null {
    return this.#supervisor.failure;
  }

  /** Workers that were started after the first. */
  get restarts(): number {
    return Math.max(0, this.#supervisor.epoch - 1);
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  get isFree(): boolean {
    return this.worker !== null && !this.#isBusy;
  }

  /** Starts the first worker. @throws what `startWorker` throws */
  open(): Promise<void> {
    return this.#supervisor.open();
  }

  /** Has a worker come, for as often as it takes. */
  fill(): void {
    this.#supervisor.start();
  }

  /** Has its worker do something; only while it is free. */
  async use<T>(task: (worker: PythonWorker) => Promise<T>): Promise<T> {
    const { worker } = this;
    if (worker === null) throw new Error('a place without a worker was given work');
    this.#isBusy = true;
    try {
      return await task(worker);
    } catch (error) {
      // It is dying, even where its exit has not been seen yet: nobody else may be sent to it.
      if (isDeadly(error)) this.#supervisor.lose(worker);
      throw error;
    } finally {
      this.#isBusy = false;
      if (this.worker === worker && this.#growth?.isTooMuch(worker.rss)) void this.#replace(worker);
      this.#options.changed();
    }
  }

  close(): Promise<void> {
    return this.#supervisor.stop();
  }

  /** One that cannot be replaced goes on as it is, for as long as it may. */
  async #replace(worker: PythonWorker): Promise<void> {
    if (!(await this.#supervisor.replace(worker)) && this.worker === worker) this.#growth = null;
  }
}

/** That a process has ended, of each kind of worker; one that takes too long is ended. */
const DEADLY: ReadonlySet<ErrorCode> = new Set(['PYTHON_WORKER_ENDED', 'ENGINE_CRASHED', 'ENGINE_TIMEOUT']);

/** Whether a worker that failed so is no more. */
export const isDeadly = (error: unknown): error is PlimsollError =>
  isPlimsollError(error) && DEADLY.has(error.code);
