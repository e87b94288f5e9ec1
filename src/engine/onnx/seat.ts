import { PlimsollError } from '../../core/errors.ts';
import type { GraphInput } from './feed.ts';
import { type Isolation, type Lane, openLane } from './lane.ts';
import type { FromWorker, ToWorker } from './message.ts';

export interface SeatOptions {
  readonly onnx: Uint8Array;
  readonly isolation: Isolation;
  readonly timeoutMs: number | null;
  /** Called whenever the seat has become idle or has given up. */
  readonly changed: () => void;
}

type Call = {
  readonly resolve: (message: FromWorker) => void;
  readonly reject: (error: PlimsollError) => void;
  readonly timer: NodeJS.Timeout | null;
};

/** Loads in a row that may fail before a seat gives up. */
const MAX_FAILED_LOADS = 3;

/** One place at which a worker sits: when the worker dies, the next one takes the place. */
export class Seat {
  inputs: readonly GraphInput[] = [];
  /** Why no worker sits here any more. */
  broken: PlimsollError | null = null;
  readonly #options: SeatOptions;
  #lane: Lane | null = null;
  #call: Call | null = null;
  #loaded = false;
  #served = false;
  #failedLoads = 0;
  #closed = false;

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  get idle(): boolean {
    return this.#loaded && this.#call === null && !this.#closed;
  }

  /** Starts a worker and loads the graph. @throws the worker's own error, or ENGINE_CRASHED */
  async load(): Promise<void> {
    const lane: Lane = openLane(this.#options.isolation, {
      message: (message) => this.#answered(lane, message as FromWorker),
      exit: (reason) => this.#exited(lane, reason),
    });
    this.#lane = lane;
    const answer = await this.#ask({ kind: 'load', onnx: this.#options.onnx }, null);
    if (answer.kind !== 'loaded') throw unexpected(answer);
    this.inputs = answer.inputs;
    this.#loaded = true;
    this.#served = true;
    this.#failedLoads = 0;
    this.#options.changed();
  }

  /** Runs the graph; only while idle. */
  async run(message: Extract<ToWorker, { kind: 'run' }>): Promise<Extract<FromWorker, { kind: 'answer' }>> {
    const answer = await this.#ask(message, this.#options.timeoutMs);
    if (answer.kind !== 'answer') throw unexpected(answer);
    return answer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#settle((call) => call.reject(new PlimsollError('ENGINE_CLOSED')));
    await this.#lane?.kill();
  }

  #ask(message: ToWorker, timeoutMs: number | null): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      const timer = timeoutMs === null ? null : setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
      this.#call = { resolve, reject, timer };
      this.#lane?.hold(true);
      this.#lane?.send(message);
    });
  }

  #timeOut(limit: number): void {
    this.#settle((call) => call.reject(new PlimsollError('ENGINE_TIMEOUT', { limit })));
    this.#loaded = false;
    void this.#lane?.kill();
  }

  #answered(lane: Lane, message: FromWorker): void {
    if (lane !== this.#lane) return;
    this.#settle((call) => {
      if (message.kind === 'failed') call.reject(PlimsollError.from(message.error));
      else call.resolve(message);
    });
    if (this.#loaded) this.#options.changed();
  }

  #exited(lane: Lane, reason: string): void {
    if (lane !== this.#lane || this.#closed) return;
    this.#loaded = false;
    this.#settle((call) => call.reject(new PlimsollError('ENGINE_CRASHED', { reason })));
    // The first load belongs to whoever opens the pool; later ones replace a worker that served.
    if (this.#served) void this.#reload(reason);
  }

  async #reload(reason: string): Promise<void> {
    if (this.#failedLoads >= MAX_FAILED_LOADS) {
      this.broken ??= new PlimsollError('ENGINE_CRASHED', { reason });
      this.#options.changed();
      return;
    }
    this.#failedLoads += 1;
    try {
      await this.load();
    } catch (error) {
      // A worker that died while loading has come back here through #exited; one that answered "no" stays useless.
      if (error instanceof PlimsollError && error.code !== 'ENGINE_CRASHED') this.broken = error;
      this.#options.changed();
    }
  }

  #settle(how: (call: Call) => void): void {
    const call = this.#call;
    if (call === null) return;
    this.#call = null;
    this.#lane?.hold(false);
    if (call.timer !== null) clearTimeout(call.timer);
    how(call);
  }
}

const unexpected = (answer: FromWorker): PlimsollError =>
  new PlimsollError('INTERNAL', { action: 'a call to a worker', reason: `it answered "${answer.kind}"` });
