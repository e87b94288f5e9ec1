import { type ChildProcess, fork } from 'node:child_process';
import { PlimsollError } from '../../core/errors.ts';
import { Backoff } from './backoff.ts';
import type { Lifecycle } from './messages.ts';

/** What a child is told whatever it does: how it is started, and that it is to end. */
type Orders = { readonly kind: 'start' } | { readonly kind: 'leave' };

export interface SeatOptions<In extends { readonly kind: string }, Out extends { readonly kind: string }> {
  /** For messages: `worker 2`. */
  readonly name: string;
  readonly entry: URL;
  /** Options of Node besides those of this process. */
  readonly nodeOptions?: readonly string[] | undefined;
  /** What the child that fills the seat for the `epoch`-th time is started with. */
  readonly start: (epoch: number) => Out;
  /** Goes along with it: the bound socket to listen on. */
  readonly handle?: object | undefined;
  readonly onMessage: (message: In | Lifecycle) => void;
  /** A child has ended, by itself or because it was stopped. */
  readonly onEnd: () => void;
  /** Another child comes in `delay` ms for the one that ended with `reason`. */
  readonly onRestart: (reason: string, delay: number) => void;
  /** No child can be started here. */
  readonly onHopeless: (error: PlimsollError) => void;
  /** Whether one that has served once is started again and again, however often that fails. @default {false} */
  readonly tireless?: boolean;
}

/** Checks that may pass without a word of a child, which says something every second. */
const SILENT_CHECKS = 30;
/** The same for one that has said that it is busy. */
const BUSY_CHECKS = 300;

/** One place for a child process: starts it, and another one when it ends. */
export class Seat<In extends { readonly kind: string }, Out extends { readonly kind: string }> {
  readonly #options: SeatOptions<In, Out>;
  readonly #backoff = new Backoff();
  #child: ChildProcess | null = null;
  #epoch = 0;
  /** `performance.now()` since when the child does its work, or null. */
  #readySince: number | null = null;
  #hasServed = false;
  /** Whether the system had no descriptor, process or memory for the last child. */
  #isShort = false;
  /** Whether the child still takes connections. */
  #listening = false;
  #refusal: PlimsollError | null = null;
  /** Checks since the child's last message. */
  #silence = 0;
  #isBusy = false;
  #restart: NodeJS.Timeout | undefined;
  #stopped: PromiseWithResolvers<void> | null = null;

  constructor(options: SeatOptions<In, Out>) {
    this.#options = options;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Of the child that is there; null where there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get ready(): boolean {
    return this.#readySince !== null;
  }

  get listening(): boolean {
    return this.#listening;
  }

  start(): void {
    const { entry, start, handle } = this.#options;
    this.#refusal = null;
    this.#silence = 0;
    this.#isBusy = false;
    this.#isShort = false;
    this.#epoch++;
    const child = this.#fork(entry);
    if (child === null) return;
    child.on('message', (message: In | Lifecycle) => this.#hear(message));
    // 'close' comes after the last message, 'exit' may come before it.
    child.on('close', (code, signal) => this.#end(child, signal ?? `code ${code}`));
    child.on('error', (error) => {
      if (child.pid !== undefined) return;
      this.#isShort = true;
      this.#end(child, error.message);
    });
    this.#post(start(this.#epoch), { handle });
  }

  /** Node throws for want of memory, and has the child say it for want of descriptors or processes. */
  #fork(entry: URL): ChildProcess | null {
    this.#child = null;
    try {
      // stdout belongs to the command's answer.
      const stdio = ['ignore' as const, 'ignore' as const, 'inherit' as const, 'ipc' as const];
      const execArgv = [...process.execArgv, ...(this.#options.nodeOptions ?? [])];
      this.#child = fork(entry, [], { serialization: 'advanced', stdio, execArgv });
    } catch (error) {
      this.#isShort = true;
      this.#end(null, (error as Error).message);
    }
    return this.#child;
  }

  /** Tells a child that is ready; calls `sent` once that is on its way. False where there is none. */
  send(message: Out | Orders, sent?: () => void): boolean {
    return this.ready && this.#post(message, { sent });
  }

  /** Tells a child, whether it is ready or not yet. */
  tell(message: Out): boolean {
    return this.#post(message);
  }

  /** Has the child leave; one that is not ready yet ends at once. Settles when it has ended. */
  stop(): Promise<void> {
    if (this.#stopped) return this.#stopped.promise;
    this.#stopped = Promise.withResolvers();
    clearTimeout(this.#restart);
    if (!this.#child) this.#stopped.resolve();
    else if (this.ready) this.send({ kind: 'leave' });
    else this.kill();
    return this.#stopped.promise;
  }

  /** Ends the child, whatever it is doing; or sends it another signal. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child?.kill(signal);
  }

  /**
   * Kills a child whose loop hangs; to be called once a second. Counts calls instead of time, so that a pause of this
   * process is no silence of the child.
   */
  check(): void {
    if (this.ready && ++this.#silence === this.#patience) this.kill();
  }

  get #patience(): number {
    return this.#isBusy ? BUSY_CHECKS : SILENT_CHECKS;
  }

  /** A child that is gone takes no message; its end is heard of as such. */
  #post(
    message: Out | Orders,
    { handle, sent }: { handle?: object | undefined; sent?: (() => void) | undefined } = {},
  ): boolean {
    if (!this.#child?.connected) return false;
    this.#child.send(message, handle as never, undefined, () => sent?.());
    return true;
  }

  #hear(heard: In | Lifecycle): void {
    const message = heard as Lifecycle;
    this.#silence = 0;
    if (message.kind === 'ready') {
      this.#readySince = performance.now();
      this.#hasServed = true;
    }
    if (message.kind === 'ready' || message.kind === 'left') this.#listening = message.kind === 'ready';
    if (message.kind === 'busy') this.#isBusy = message.busy;
    if (message.kind === 'refused') this.#refusal = PlimsollError.from(message.error);
    this.#options.onMessage(heard);
  }

  #end(child: ChildProcess | null, how: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    const served = this.#readySince === null ? null : performance.now() - this.#readySince;
    this.#readySince = null;
    this.#listening = false;
    this.#backoff.ended(served);
    this.#options.onEnd();
    if (this.#stopped) this.#stopped.resolve();
    else
      this.#goOn(
        this.#refusal?.message ?? (this.#silence >= this.#patience ? 'it did not react any more' : how),
      );
  }

  #goOn(reason: string): void {
    const error = this.#whyHopeless(reason);
    if (error) {
      this.#options.onHopeless(error);
      return;
    }
    const { delay } = this.#backoff;
    this.#options.onRestart(reason, delay);
    this.#restart = setTimeout(() => this.start(), delay);
  }

  /** What the first child refuses, the next one would refuse too; later ones are tried a few times. */
  #whyHopeless(reason: string): PlimsollError | null {
    const { name, tireless } = this.#options;
    if (this.#refusal && this.#epoch === 1) return this.#refusal;
    // That the machine is short of something now says nothing about a child that has served before.
    const mayWork = this.#hasServed && (tireless || this.#isShort);
    if (!this.#backoff.isHopeless || mayWork) return null;
    return new PlimsollError('WORKER_FAILED', { process: name, times: this.#backoff.failedStarts, reason });
  }
}
