import { PlimsollError } from '../core/errors.ts';
import { guarded } from '../core/guarded.ts';
import { type ChildProcess, type ExitStatus, startNode } from './child-process.ts';
import type { LifecycleMessage } from './messages.ts';
import { type SupervisedWorker, Supervisor } from './supervisor.ts';

/** What a worker is told whatever it does: how it is started, and that it is to end. */
type LifecycleOrder = { readonly kind: 'start' } | { readonly kind: 'leave' };

export interface WorkerSlotOptions<
  In extends { readonly kind: string },
  Out extends { readonly kind: string },
> {
  /** For messages: `worker 2`. */
  readonly name: string;
  readonly entry: URL;
  /** Options of Node besides those of this process. */
  readonly nodeOptions?: readonly string[] | undefined;
  /** What the worker that fills the slot for the `epoch`-th time is started with. */
  readonly start: (epoch: number) => Out;
  /** Goes along with it: the bound socket to listen on. */
  readonly handle?: object | undefined;
  readonly onMessage: (message: In | LifecycleMessage) => void;
  /** A worker has ended, by itself or because it was stopped. */
  readonly onEnd: () => void;
  /** Another worker comes in `delayMillis` for the one that ended with `reason`. */
  readonly onRestart: (reason: string, delayMillis: number) => void;
  /** None is started any more: what the first one refused, or WORKER_FAILED. */
  readonly onGiveUp: (error: PlimsollError) => void;
  /** Whether one that has served once is started again and again, however often that fails. @default {false} */
  readonly isTireless?: boolean;
  /** Milliseconds after which one that was told to leave is killed. @default never */
  readonly closeMillis?: number | undefined;
  /** Milliseconds between two checks whether it has said something. @default {1000} */
  readonly checkMillis?: number | undefined;
}

const RESTART = { backoff: { firstMillis: 100, maxMillis: 10_000 }, settledMillis: 60_000 };
/** Starts in a row that fail before it is given up. */
const FAILED_STARTS_MAX = 5;
const CHECK_MILLIS = 1000;
/** Checks that may pass without a word of a worker, which says something every second. */
const SILENT_CHECKS = 30;
/** The same for one that has said that it is busy. */
const BUSY_CHECKS = 300;

/** Workers that end with this process, however it ends; after a SIGKILL they see their channels close. */
const killedAtExit = new Set<{ kill(): void }>();
const killAll = (): void => {
  for (const slot of killedAtExit) slot.kill();
};

/** One place for a worker process: starts it, watches it, and starts another one when it ends. */
export class WorkerSlot<In extends { readonly kind: string }, Out extends { readonly kind: string }> {
  readonly #options: WorkerSlotOptions<In, Out>;
  readonly #supervisor: Supervisor<SupervisedWorker>;
  #checks: NodeJS.Timeout | undefined;
  #child: ChildProcess | null = null;
  #isReady = false;
  #hasServed = false;
  /** Whether the system had no descriptor, process or memory for the last one. */
  #isShort = false;
  #isListening = false;
  #refusal: PlimsollError | null = null;
  /** Checks since its last message. */
  #silence = 0;
  #isBusy = false;

  constructor(options: WorkerSlotOptions<In, Out>) {
    this.#options = options;
    this.#supervisor = new Supervisor({
      start: (epoch) => this.#launch(epoch),
      restart: RESTART,
      onRestart: options.onRestart,
      isGivenUp: (failedStarts, reason) => this.#isGivenUp(failedStarts, reason),
    });
  }

  get epoch(): number {
    return this.#supervisor.epoch;
  }

  /** Of the worker that is there; null where there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether it still takes connections. */
  get isListening(): boolean {
    return this.#isListening;
  }

  start(): void {
    if (killedAtExit.size === 0) process.once('exit', killAll);
    killedAtExit.add(this);
    this.#checks = setInterval(
      guarded(() => this.#check()),
      this.#options.checkMillis ?? CHECK_MILLIS,
    );
    this.#supervisor.start();
  }

  /** Tells a worker that is ready; calls `sent` once that is on its way. False where there is none. */
  send(message: Out, sent?: () => void): boolean {
    return this.#isReady && this.#post(message, sent);
  }

  /** Tells a worker, whether it is ready or not yet. */
  tell(message: Out): boolean {
    return this.#post(message);
  }

  /** Has the worker leave; one that is not ready yet ends at once. Settles when it has ended. */
  async stop(): Promise<void> {
    const child = this.#child;
    const stopped = this.#supervisor.stop();
    if (!this.#isReady) this.kill();
    await Promise.all([stopped, child?.ended]);
    this.#retire();
  }

  /** Ends the worker, whatever it is doing. */
  kill(): void {
    this.#child?.kill();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.signal(signal);
  }

  #launch(epoch: number): Promise<SupervisedWorker> {
    const { entry, start, handle, nodeOptions = [] } = this.#options;
    this.#refusal = null;
    this.#silence = 0;
    this.#isBusy = false;
    const child = startNode(entry, { execArgv: [...process.execArgv, ...nodeOptions] });
    this.#child = child;
    const ended = child.ended.then((status) => this.#left(status));
    return new Promise((resolve, reject) => {
      child.onMessage((message) => {
        this.#hear(message as In | LifecycleMessage);
        if (this.#isReady) resolve({ ended, close: () => this.#leave(child) });
      });
      void ended.then((reason) => reject(new Error(reason)));
      child.send(start(epoch), { handle });
    });
  }

  async #leave(child: ChildProcess): Promise<void> {
    const { closeMillis } = this.#options;
    this.#post({ kind: 'leave' });
    const limit = closeMillis === undefined ? undefined : setTimeout(() => child.kill(), closeMillis);
    await child.ended;
    clearTimeout(limit);
  }

  #post(message: Out | LifecycleOrder, sent?: () => void): boolean {
    return this.#child?.send(message, { sent }) === true;
  }

  #hear(heard: In | LifecycleMessage): void {
    const message = heard as LifecycleMessage;
    this.#silence = 0;
    if (message.kind === 'ready') {
      this.#isReady = true;
      this.#hasServed = true;
    }
    if (message.kind === 'ready' || message.kind === 'left') this.#isListening = message.kind === 'ready';
    if (message.kind === 'busy') this.#isBusy = message.busy;
    if (message.kind === 'refused') this.#refusal = PlimsollError.from(message.error);
    this.#options.onMessage(heard);
  }

  /** Kills a worker whose loop hangs. Counts checks instead of time, so that a pause of this process is no silence of it. */
  #check(): void {
    this.#silence += 1;
    const checks = this.#isBusy ? BUSY_CHECKS : SILENT_CHECKS;
    if (this.#isReady && this.#silence === checks) this.#child?.kill('it did not react any more');
  }

  /** Why it ended, in words. */
  #left({ reason, hasStarted }: ExitStatus): string {
    this.#child = null;
    this.#isReady = false;
    this.#isListening = false;
    this.#isShort = !hasStarted;
    this.#options.onEnd();
    return this.#refusal?.message ?? reason;
  }

  #isGivenUp(failedStarts: number, reason: string): boolean {
    const error = this.#whyGivenUp(failedStarts, reason);
    if (error === null) return false;
    this.#retire();
    this.#options.onGiveUp(error);
    return true;
  }

  /** What the first worker refuses, the next one would refuse too; later ones are tried a few times. */
  #whyGivenUp(times: number, reason: string): PlimsollError | null {
    const { name, isTireless } = this.#options;
    if (this.#refusal !== null && this.epoch === 1) return this.#refusal;
    // That the machine is short of something now says nothing about a worker that has served before.
    const mayWork = this.#hasServed && (isTireless || this.#isShort);
    if (times < FAILED_STARTS_MAX || mayWork) return null;
    return new PlimsollError('WORKER_FAILED', { process: name, times, reason });
  }

  #retire(): void {
    clearInterval(this.#checks);
    killedAtExit.delete(this);
    if (killedAtExit.size === 0) process.off('exit', killAll);
  }
}
