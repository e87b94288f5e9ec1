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
  /** A worker has ended, with `reason`; another one comes after `delay` ms unless the seat is stopped. */
  readonly onEnd: (seat: Seat, reason: string, delay: number) => void;
  /** No worker can be started here. */
  readonly onHopeless: (error: PlimsollError) => void;
}

/** One place for a worker: starts it, and another one when it ends. */
export class Seat {
  readonly #options: SeatOptions;
  readonly #backoff = new Backoff();
  #child: ChildProcess | null = null;
  #epoch = 0;
  /** `performance.now()` since when the worker answers, or null. */
  #readySince: number | null = null;
  #refusal: PlimsollError | null = null;
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

  start(): void {
    const { entry, settings, handle } = this.#options;
    this.#refusal = null;
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

  /** Has the worker finish what it has; one that answers nothing yet ends at once. */
  stop(): Promise<void> {
    if (this.#stopped) return this.#stopped.promise;
    this.#stopped = Promise.withResolvers();
    clearTimeout(this.#restart);
    if (!this.#child) this.#stopped.resolve();
    else if (this.ready) this.send({ kind: 'stop' });
    else this.kill();
    return this.#stopped.promise;
  }

  /** Ends the worker, whatever it is doing. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** A worker that is gone takes no message; its end is heard of as such. */
  #post(message: FromParent, handle?: object): void {
    if (this.#child?.connected) this.#child.send(message, handle as never, undefined, () => undefined);
  }

  #hear(message: FromWorker): void {
    if (message.kind === 'ready') this.#readySince = performance.now();
    if (message.kind === 'refused') this.#refusal = PlimsollError.from(message.error);
    this.#options.onMessage(this, message);
  }

  #end(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    const served = this.#readySince === null ? null : performance.now() - this.#readySince;
    this.#readySince = null;
    this.#backoff.ended(served);
    const reason = this.#refusal?.message ?? how;
    this.#options.onEnd(this, reason, this.#backoff.delay);
    if (this.#stopped) this.#stopped.resolve();
    else if (this.#isHopeless()) this.#options.onHopeless(this.#refusal ?? this.#hopeless(reason));
    else this.#restart = setTimeout(() => this.start(), this.#backoff.delay);
  }

  /** What the first worker refuses, the next one would refuse too. */
  #isHopeless(): boolean {
    return this.#backoff.isHopeless || (this.#refusal !== null && this.#epoch === 1);
  }

  #hopeless(reason: string): PlimsollError {
    const { worker } = this.#options.settings;
    return new PlimsollError('WORKER_FAILED', { worker, times: this.#backoff.failedStarts, reason });
  }
}
