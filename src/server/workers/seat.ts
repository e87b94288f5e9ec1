import { type ChildProcess, fork } from 'node:child_process';
import { PlimsollError } from '../../core/errors.ts';
import { Backoff } from './backoff.ts';
import type { FromParent, FromWorker, WorkerSettings } from './messages.ts';

export interface SeatOptions {
  readonly entry: URL;
  readonly settings: Omit<WorkerSettings, 'epoch'>;
  /** The bound socket to listen on. */
  readonly handle: object;
  readonly onMessage: (seat: Seat, message: FromWorker) => void;
  /** A worker has ended, by itself or because it was stopped. */
  readonly onEnd: (seat: Seat) => void;
  /** Another worker comes in `delay` ms for the one that ended with `reason`. */
  readonly onRestart: (seat: Seat, reason: string, delay: number) => void;
  /** No worker can be started here. */
  readonly onHopeless: (error: PlimsollError) => void;
}

/** Checks that may pass without a word of a worker, which reports every second. */
const SILENT_CHECKS = 30;

/** One place for a worker: starts it, and another one when it ends. */
export class Seat {
  readonly #options: SeatOptions;
  readonly #backoff = new Backoff();
  #child: ChildProcess | null = null;
  #epoch = 0;
  /** `performance.now()` since when the worker answers, or null. */
  #readySince: number | null = null;
  /** Whether the worker still takes connections. */
  #listening = false;
  #refusal: PlimsollError | null = null;
  /** Checks since the worker's last message. */
  #silence = 0;
  #restart: NodeJS.Timeout | undefined;
  #stopped: PromiseWithResolvers<void> | null = null;

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  get worker(): number {
    return this.#options.settings.worker;
  }

  get ready(): boolean {
    return this.#readySince !== null;
  }

  get listening(): boolean {
    return this.#listening;
  }

  start(): void {
    const { entry, settings, handle } = this.#options;
    this.#refusal = null;
    this.#silence = 0;
    // stdout belongs to the command's answer.
    const child = fork(entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.on('message', (message: FromWorker) => this.#hear(message));
    // 'close' comes after the last message, 'exit' may come before it.
    child.on('close', (code, signal) => this.#end(child, signal ?? `code ${code}`));
    child.on('error', (error) => {
      if (child.pid === undefined) this.#end(child, error.message);
    });
    this.#post({ kind: 'start', settings: { ...settings, epoch: ++this.#epoch } }, handle);
  }

  send(message: FromParent): void {
    if (this.ready) this.#post(message);
  }

  /** Has the worker leave the socket; one that answers nothing yet ends at once. Settles when it has ended. */
  stop(): Promise<void> {
    if (this.#stopped) return this.#stopped.promise;
    this.#stopped = Promise.withResolvers();
    clearTimeout(this.#restart);
    if (!this.#child) this.#stopped.resolve();
    else if (this.ready) this.send({ kind: 'leave' });
    else this.kill();
    return this.#stopped.promise;
  }

  /** Ends the worker, whatever it is doing. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /**
   * Kills a worker whose loop hangs; to be called once a second. Counts calls instead of time, so that a pause of this
   * process is no silence of the worker.
   */
  check(): void {
    if (this.ready && ++this.#silence === SILENT_CHECKS) this.kill();
  }

  /** A worker that is gone takes no message; its end is heard of as such. */
  #post(message: FromParent, handle?: object): void {
    if (this.#child?.connected) this.#child.send(message, handle as never, undefined, () => undefined);
  }

  #hear(message: FromWorker): void {
    this.#silence = 0;
    if (message.kind === 'ready') this.#readySince = performance.now();
    if (message.kind === 'ready' || message.kind === 'left') this.#listening = message.kind === 'ready';
    if (message.kind === 'refused') this.#refusal = PlimsollError.from(message.error);
    this.#options.onMessage(this, message);
  }

  #end(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    const served = this.#readySince === null ? null : performance.now() - this.#readySince;
    this.#readySince = null;
    this.#listening = false;
    this.#backoff.ended(served);
    this.#options.onEnd(this);
    if (this.#stopped) this.#stopped.resolve();
    else
      this.#goOn(
        this.#refusal?.message ?? (this.#silence >= SILENT_CHECKS ? 'it did not react any more' : how),
      );
  }

  #goOn(reason: string): void {
    const error = this.#whyHopeless(reason);
    if (error) {
      this.#options.onHopeless(error);
      return;
    }
    const { delay } = this.#backoff;
    this.#options.onRestart(this, reason, delay);
    this.#restart = setTimeout(() => this.start(), delay);
  }

  /** What the first worker refuses, the next one would refuse too; later ones are tried a few times. */
  #whyHopeless(reason: string): PlimsollError | null {
    if (this.#refusal && this.#epoch === 1) return this.#refusal;
    if (!this.#backoff.isHopeless) return null;
    return new PlimsollError('WORKER_FAILED', {
      worker: this.worker,
      times: this.#backoff.failedStarts,
      reason,
    });
  }
}
