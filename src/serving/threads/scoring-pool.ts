import { availableParallelism } from 'node:os';
import { PlimsollError } from '../../core/errors.ts';
import type { AcceptedVersion, LoadedVersion } from '../../registry/version.ts';
import type { MemoryPlan, ThreadMemory } from '../admission/memory/memory-plan.ts';
import type { QueuedJob, RetainRequest, ScoringJob, ScoringResult, VersionKey } from './scoring-job.ts';
import { ScoringThread } from './scoring-thread.ts';

export interface ScoringPoolOptions {
  readonly threads?: number | undefined;
  readonly maxQueue: number;
  readonly maxMillis: number;
  readonly loader?: string | undefined;
  /**
   * Jobs that a thread is given at once, so that it does not wait for this loop between two of them. Bodies of more than
   * one are copied, since another thread may have to take them over. @default {1}
   */
  readonly ahead?: number | undefined;
  /**
   * Where a thread has ended before its time, none is started for as long as it lived, and at most for this long, in
   * milliseconds: what keeps ending takes half of a core then, not all of it. @default {0}
   */
  readonly maxRest?: number | undefined;
  /** How many threads the memory is enough for, and for what in each; asked when the first is started. @default no limit */
  readonly memory?: (() => MemoryPlan) | undefined;
}

/**
 * Threads that take whole requests off the front loop: parse, check, score, write. Each version has its own queue and
 * the queues take turns, so that a slow model delays its own requests first. Threads start with the first job.
 */
export class ScoringPool {
  readonly #options: ScoringPoolOptions;
  readonly #wanted: number;
  #size: number;
  #room: ThreadMemory = UNBOUNDED;
  readonly #threads = new Set<ScoringThread>();
  /** Queues by version, in the order of their turns. */
  readonly #queues = new Map<LoadedVersion, QueuedJob[]>();
  #depth = 0;
  #rest: NodeJS.Timeout | undefined;
  #isClosed = false;
  #millisPerJob = 100;
  /** What a thread that starts has to know. */
  #retained: RetainRequest | null = null;

  constructor(options: ScoringPoolOptions) {
    this.#options = options;
    this.#wanted = options.threads ?? Math.max(2, availableParallelism() - 1);
    this.#size = this.#wanted;
  }

  /** Threads at most. */
  get size(): number {
    return this.#size;
  }

  get depth(): number {
    return this.#depth;
  }

  /**
   * Queues a job; the function returned takes it back if no thread has it yet, and says whether it did. When its turn comes
   * `isDue` is asked whether it is still wanted; what is not is forgotten. Throws OVERLOADED.
   */
  submit(
    job: ScoringJob,
    done: (result: ScoringResult) => void,
    isDue: () => boolean = () => true,
  ): () => boolean {
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
    const waiting: QueuedJob = { job, done, isDue, since: performance.now() };
    const queue = this.#queues.get(job.target) ?? [];
    this.#queues.set(job.target, queue);
    queue.push(waiting);
    this.#depth++;
    this.#dispatch();
    return () => this.#withdraw(waiting);
  }

  /**
   * Has the threads close versions that nobody will ask for any more, and load now what will be asked for `soon`; one is
   * started for that where there is none.
   */
  retain(versions: readonly AcceptedVersion[], soon: readonly AcceptedVersion[] = []): void {
    const request = { kind: 'retain', versions: versions.map(keyOf), soon: soon.map(keyOf) } as const;
    this.#retained = request;
    if (soon.length > 0 && this.#threads.size === 0) this.#start();
    else for (const thread of this.#threads) thread.retain(request);
  }

  /** Ends the threads; what still waits is never done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#rest);
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #withdraw(waiting: QueuedJob): boolean {
    const queue = this.#queues.get(waiting.job.target);
    const at = queue?.indexOf(waiting) ?? -1;
    if (!queue || at < 0) return false;
    queue.splice(at, 1);
    this.#depth--;
    if (queue.length === 0) this.#queues.delete(waiting.job.target);
    return true;
  }

  #dispatch(): void {
    while (this.#depth > 0) {
      const free = [...this.#threads].find((thread) => thread.hasRoom) ?? this.#start();
      if (!free) return;
      const next = this.#next();
      if (next?.isDue()) free.run(next);
    }
  }

  /** The first job of the queue whose turn it is; that queue goes to the end. */
  #next(): QueuedJob | null {
    for (const [target, queue] of this.#queues) {
      const waiting = queue.shift();
      this.#queues.delete(target);
      if (queue.length > 0) this.#queues.set(target, queue);
      if (waiting === undefined) continue;
      this.#depth--;
      return waiting;
    }
    return null;
  }

  #start(): ScoringThread | null {
    if (this.#isClosed || this.#threads.size >= this.#size || this.#rest !== undefined) return null;
    const started = performance.now();
    const { loader = null, maxMillis, ahead = 1, memory } = this.#options;
    if (this.#threads.size === 0 && memory !== undefined) this.#follow(memory());
    const thread = new ScoringThread({
      settings: { loader, room: this.#room },
      maxMillis,
      ahead,
      onFree: (millis) => {
        this.#millisPerJob += 0.2 * (millis - this.#millisPerJob);
        this.#dispatch();
      },
      onEnd: (untouched, isPremature) => {
        if (!this.#threads.delete(thread)) return;
        for (const waiting of untouched.toReversed()) this.#putBack(waiting);
        if (isPremature) this.#restAfter(performance.now() - started);
        this.#dispatch();
      },
    });
    this.#threads.add(thread);
    if (this.#retained) thread.retain(this.#retained);
    return thread;
  }

  #follow({ threads, room }: MemoryPlan): void {
    this.#size = Math.min(this.#wanted, threads);
    this.#room = room;
  }

  /** In front of its queue. */
  #putBack(waiting: QueuedJob): void {
    const queue = this.#queues.get(waiting.job.target) ?? [];
    this.#queues.set(waiting.job.target, queue);
    queue.unshift(waiting);
    this.#depth++;
  }

  #restAfter(lived: number): void {
    const millis = Math.min(lived, this.#options.maxRest ?? 0);
    if (millis <= 0 || this.#rest !== undefined) return;
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#dispatch();
    }, millis).unref();
  }
}

/** Without a plan: what V8 gives a thread by itself. */
const UNBOUNDED: ThreadMemory = { heap: 2 ** 31, external: 2 ** 33 };

const keyOf = ({ bundle, model, version }: VersionKey): VersionKey => ({ bundle, model, version });
