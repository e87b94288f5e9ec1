import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, type ErrorDetails, PlimsollError } from '../../core/errors.ts';
import type { LoadedVersion } from '../../registry/version.ts';

/** One request for a scoring thread: bytes in, bytes out. */
export interface Job {
  readonly target: LoadedVersion;
  readonly protocol: string;
  /** Bytes of the body; handed over, so in a buffer of their own. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly requestId: string;
}

/** Milliseconds of each stage. */
export interface Timing {
  readonly queue: number;
  readonly preprocess: number;
  readonly predict: number;
  readonly postprocess: number;
}

export type Scored =
  | {
      readonly kind: 'answer';
      readonly body: Uint8Array<ArrayBuffer>;
      readonly rows: number;
      readonly timing: Timing;
    }
  | { readonly kind: 'refused'; readonly error: PlimsollError };

/** What crosses to a thread and back; plain data only. */
export interface WorkerRequest {
  readonly bundle: string;
  readonly model: string;
  readonly version: number;
  readonly protocol: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly requestId: string;
}
export type WorkerReply =
  | {
      readonly kind: 'answer';
      readonly body: Uint8Array<ArrayBuffer>;
      readonly rows: number;
      readonly timing: Omit<Timing, 'queue'>;
    }
  | { readonly kind: 'refused'; readonly error: { code: ErrorCode; details: ErrorDetails } };

/** What a thread is started with. */
export interface WorkerSettings {
  /** Module with `loadBundle`, by default the registry's. */
  readonly loader: string | null;
}

export interface OffloadOptions {
  readonly threads?: number | undefined;
  readonly maxQueue: number;
  readonly maxMillis: number;
  readonly loader?: string | undefined;
}

interface Waiting {
  readonly job: Job;
  readonly done: (result: Scored) => void;
  readonly since: number;
}

/** An idle thread ends after this long: its engines hold memory. */
const IDLE_MILLIS = 120_000;

/**
 * Threads that take whole requests off the front loop: parse, check, score, write. Each version has its own queue and
 * the queues take turns, so that a slow model delays its own requests first. Threads start with the first job.
 */
export class Offload {
  readonly #options: OffloadOptions;
  readonly #size: number;
  readonly #threads = new Set<Thread>();
  /** Queues by version, in the order of their turns. */
  readonly #queues = new Map<LoadedVersion, Waiting[]>();
  #depth = 0;
  #millisPerJob = 100;

  constructor(options: OffloadOptions) {
    this.#options = options;
    this.#size = options.threads ?? Math.max(2, availableParallelism() - 1);
  }

  get depth(): number {
    return this.#depth;
  }

  /** Queues a job; the function returned takes it back if it has not started. Throws OVERLOADED. */
  submit(job: Job, done: (result: Scored) => void): () => void {
    const limit = this.#options.maxQueue;
    if (this.#depth >= limit) {
      const retry = Math.min(60, Math.ceil((this.#depth * this.#millisPerJob) / this.#size / 1000));
      throw new PlimsollError('OVERLOADED', {
        found: this.#depth + 1,
        what: 'requests waiting to be scored',
        limit,
        retry,
      });
    }
    const waiting: Waiting = { job, done, since: performance.now() };
    const queue = this.#queues.get(job.target) ?? [];
    this.#queues.set(job.target, queue);
    queue.push(waiting);
    this.#depth++;
    this.#dispatch();
    return () => this.#withdraw(waiting);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #withdraw(waiting: Waiting): void {
    const queue = this.#queues.get(waiting.job.target);
    const at = queue?.indexOf(waiting) ?? -1;
    if (!queue || at < 0) return;
    queue.splice(at, 1);
    this.#depth--;
    if (queue.length === 0) this.#queues.delete(waiting.job.target);
  }

  #dispatch(): void {
    while (this.#depth > 0) {
      const idle = [...this.#threads].find((thread) => thread.idle) ?? this.#start();
      if (!idle) return;
      idle.run(this.#next());
    }
  }

  /** The first job of the queue whose turn it is; that queue goes to the end. */
  #next(): Waiting {
    const [target, queue] = this.#queues.entries().next().value!;
    const waiting = queue.shift()!;
    this.#depth--;
    this.#queues.delete(target);
    if (queue.length > 0) this.#queues.set(target, queue);
    return waiting;
  }

  #start(): Thread | null {
    if (this.#threads.size >= this.#size) return null;
    const { loader = null, maxMillis } = this.#options;
    const thread = new Thread(
      { loader },
      maxMillis,
      (millis) => {
        this.#millisPerJob += 0.2 * (millis - this.#millisPerJob);
        this.#dispatch();
      },
      () => {
        this.#threads.delete(thread);
        this.#dispatch();
      },
    );
    this.#threads.add(thread);
    return thread;
  }
}

/** One scoring thread and the job it has. */
class Thread {
  readonly #worker: Worker;
  readonly #maxMillis: number;
  readonly #onFree: (millis: number) => void;
  #current: (Waiting & { readonly started: number }) | null = null;
  #timer: NodeJS.Timeout;
  #reason: string | null = null;

  constructor(
    settings: WorkerSettings,
    maxMillis: number,
    onFree: (millis: number) => void,
    onEnd: () => void,
  ) {
    this.#maxMillis = maxMillis;
    this.#onFree = onFree;
    this.#worker = new Worker(new URL('./offload.worker.ts', import.meta.url), { workerData: settings });
    // A thread never keeps the process alive; requests do that.
    this.#worker.unref();
    this.#worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on('error', (error) => {
      this.#reason = error.message;
    });
    this.#worker.on('exit', (code) => {
      clearTimeout(this.#timer);
      onEnd();
      this.#fail(
        new PlimsollError('SCORER_DIED', { model: this.#model(), reason: this.#reason ?? `code ${code}` }),
      );
    });
    this.#timer = this.#endWhenIdle();
  }

  get idle(): boolean {
    return this.#current === null;
  }

  run(waiting: Waiting): void {
    this.#current = { ...waiting, started: performance.now() };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#timeout(), this.#maxMillis).unref();
    const { target, protocol, body, requestId } = waiting.job;
    const { bundle, model, version } = target;
    const request: WorkerRequest = { bundle, model, version, protocol, body, requestId };
    this.#worker.postMessage(request, [body.buffer]);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: WorkerReply): void {
    const { done, since, started } = this.#current!;
    this.#current = null;
    clearTimeout(this.#timer);
    this.#timer = this.#endWhenIdle();
    this.#onFree(performance.now() - started);
    if (reply.kind === 'refused') done({ kind: 'refused', error: PlimsollError.from(reply.error) });
    else done({ ...reply, timing: { ...reply.timing, queue: started - since } });
  }

  #timeout(): void {
    this.#fail(new PlimsollError('SCORER_TIMEOUT', { model: this.#model(), limit: this.#maxMillis }));
    void this.end();
  }

  #fail(error: PlimsollError): void {
    const failed = this.#current;
    if (!failed) return;
    failed.done({ kind: 'refused', error });
    // Still taken: this thread is about to end.
    this.#current = { ...failed, done: () => undefined };
  }

  #model(): string {
    return this.#current?.job.target.model ?? '';
  }

  #endWhenIdle(): NodeJS.Timeout {
    return setTimeout(() => void this.end(), IDLE_MILLIS).unref();
  }
}
