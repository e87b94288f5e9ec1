import { Backoff, type BackoffPolicy } from '../core/backoff.ts';
import { messageOf, toError } from '../core/error-text.ts';

/** What is kept alive: a process, or whatever else ends by itself. */
export interface SupervisedWorker {
  /** Why it ended, in words; never rejects. */
  readonly ended: Promise<string>;
  /** Lets it come to its end, and ends it where it does not. */
  close(): Promise<unknown>;
}

export interface RestartPolicy {
  /** Pauses before the next start. */
  readonly backoff: BackoffPolicy;
  /** One that did its work for so many milliseconds did not end because of how it was started: the backoff begins anew. */
  readonly settledMillis: number;
  /** Whether the first end in a row costs no pause. @default {false} */
  readonly isFirstFree?: boolean;
}

export interface SupervisorOptions<W extends SupervisedWorker> {
  /** Starts the `epoch`-th one, counted from 1; resolves when it does its work. */
  readonly start: (epoch: number) => Promise<W>;
  readonly restart: RestartPolicy;
  /** Another one comes in `delayMillis` for the one that ended, or could not be started, for `reason`. */
  readonly onRestart?: (reason: string, delayMillis: number) => void;
  /** Whether none is to be started any more, after so many starts that failed in a row. @default never */
  readonly isGivenUp?: (failedStarts: number, reason: string) => boolean;
  /** There is another one, or none could be started. */
  readonly onChange?: () => void;
}

/** Keeps one worker alive: one that ends is followed by the next, after a pause that grows while they keep ending. */
export class Supervisor<W extends SupervisedWorker> {
  readonly #options: SupervisorOptions<W>;
  readonly #backoff: Backoff;
  /** Those that come to their end. */
  readonly #leaving = new Set<Promise<unknown>>();
  #worker: W | null = null;
  #failure: Error | null = null;
  #failedStarts = 0;
  #epoch = 0;
  #isStarting = false;
  #isStopped = false;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: SupervisorOptions<W>) {
    this.#options = options;
    this.#backoff = new Backoff(options.restart.backoff);
  }

  /** The one that does its work; null where there is none. */
  get worker(): W | null {
    return this.#worker;
  }

  /** How often one was started. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Why the last start failed, until one does not. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Starts the first one. Throws what its start throws; then it is not tried again. */
  async open(): Promise<void> {
    this.#isStarting = true;
    await this.#start();
  }

  /** Has one started, as often as it takes. */
  start(): void {
    void this.#fill();
  }

  /** The worker is dying, although its end has not been seen yet: it is handed to nobody any more. */
  lose(worker: W): void {
    if (this.#worker === worker) this.#worker = null;
  }

  /** Has the next one take over before this one goes. False where none could be started: this one stays. */
  async replace(worker: W): Promise<boolean> {
    if (this.#isStarting) return true;
    this.#isStarting = true;
    try {
      await this.#start();
      this.#leave(worker);
      return true;
    } catch {
      if (this.#worker !== worker) this.#again(this.#failure?.message ?? '', 0);
      return false;
    }
  }

  /** Has the worker come to its end, and starts none any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    this.#worker = null;
    await Promise.all([worker?.close(), ...this.#leaving]);
  }

  async #fill(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStarting = true;
    try {
      await this.#start();
    } catch (error) {
      this.#again(messageOf(error), 0);
    }
  }

  async #start(): Promise<void> {
    this.#epoch += 1;
    try {
      const worker = await this.#options.start(this.#epoch);
      this.#failure = null;
      this.#failedStarts = 0;
      if (this.#isStopped) this.#leave(worker);
      else this.#use(worker);
    } catch (error) {
      this.#failure = toError(error);
      this.#failedStarts += 1;
      throw error;
    } finally {
      this.#isStarting = false;
      this.#options.onChange?.();
    }
  }

  #use(worker: W): void {
    const since = performance.now();
    this.#worker = worker;
    void worker.ended.then((reason) => {
      this.lose(worker);
      if (this.#worker === null) this.#again(reason, performance.now() - since);
    });
  }

  #leave(worker: W): void {
    const left = worker.close().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  /** `livedMillis`: how long the last one did its work. */
  #again(reason: string, livedMillis: number): void {
    const { restart, isGivenUp, onRestart } = this.#options;
    if (this.#isStopped || this.#isStarting || isGivenUp?.(this.#failedStarts, reason)) return;
    if (livedMillis >= restart.settledMillis) this.#backoff.reset();
    const isFree = restart.isFirstFree === true && this.#backoff.failures === 0;
    const pause = this.#backoff.fail();
    const delay = isFree ? 0 : pause;
    onRestart?.(reason, delay);
    this.#isStarting = true;
    this.#restart = setTimeout(() => void this.#fill(), delay).unref();
  }
}
