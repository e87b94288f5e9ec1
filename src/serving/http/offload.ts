import { availableParallelism } from 'node:os';
import { PlimsollError } from '../../core/errors.ts';
import type { AcceptedVersion, LoadedVersion } from '../../registry/version.ts';
import type { Job, Scored, Waiting } from './job.ts';
import { Thread } from './thread.ts';

export interface OffloadOptions {
  readonly threads?: number | undefined;
  readonly maxQueue: number;
  readonly maxMillis: number;
  readonly loader?: string | undefined;
  /**
   * Where a thread has ended before its time, none is started for as long as it lived, and at most for this long, in
   * milliseconds: what keeps ending takes half of a core then, not all of it. @default {0}
   */
  readonly maxRest?: number | undefined;
}

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
  #rest: NodeJS.Timeout | undefined;
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

  /** Has the threads close versions that nobody will ask for any more. */
  retain(versions: readonly AcceptedVersion[]): void {
    const keys = versions.map(({ bundle, model, version }) => ({ bundle, model, version }));
    for (const thread of this.#threads) thread.retain(keys);
  }

  async close(): Promise<void> {
    clearTimeout(this.#rest);
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
    if (this.#threads.size >= this.#size || this.#rest !== undefined) return null;
    const started = performance.now();
    const { loader = null, maxMillis } = this.#options;
    const thread = new Thread(
      { loader },
      maxMillis,
      (millis) => {
        this.#millisPerJob += 0.2 * (millis - this.#millisPerJob);
        this.#dispatch();
      },
      () => {
        if (!this.#threads.delete(thread)) return;
        this.#restAfter(performance.now() - started);
        this.#dispatch();
      },
    );
    this.#threads.add(thread);
    return thread;
  }

  /** A thread that ends for want of work needs no rest: nothing waits then. */
  #restAfter(lived: number): void {
    const millis = Math.min(lived, this.#options.maxRest ?? 0);
    if (millis <= 0 || this.#rest !== undefined) return;
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#dispatch();
    }, millis).unref();
  }
}
