import { Worker } from 'node:worker_threads';
import { PlimsollError } from '../../core/errors.ts';
import type {
  QueuedJob,
  RetainRequest,
  ScoreRequest,
  ScoringWorkerReply,
  ScoringWorkerRequest,
  ScoringWorkerSettings,
  StageTiming,
} from './scoring-job.ts';

/** An idle thread ends after this long: its engines hold memory. */
const IDLE_MILLIS = 120_000;
/**
 * Heap of a thread beside what a request may take: code, engines, and what marking and compacting need. What a request takes
 * is known before it is parsed, since V8 ends the process, not the thread, where the heap fills up inside `JSON.parse`.
 */
const HEAP_REST = 48 << 20;
/** Starting a thread and loading a version takes this long at most; neither is part of a request's time. */
const LOAD_MILLIS = 300_000;

export interface ScoringThreadOptions {
  readonly settings: ScoringWorkerSettings;
  /** Milliseconds that one job may take. */
  readonly maxMillis: number;
  /** Jobs that the thread is given at once. It does one after the other: of those given, the first is what it is at. */
  readonly ahead: number;
  /** There is room for one more job; the last one took so many milliseconds. */
  readonly onFree: (millis: number) => void;
  /**
   * Called once the thread takes no more: it hung, died (`isPremature`) or had nothing to do. The job it was at has
   * failed; `untouched` had not begun. One that hangs in native code ends much later than it is given up.
   */
  readonly onEnd: (untouched: readonly QueuedJob[], isPremature: boolean) => void;
}

/** One scoring thread and the jobs it has. */
export class ScoringThread {
  readonly #worker: Worker;
  readonly #options: ScoringThreadOptions;
  /** The first is being done. */
  readonly #jobs: QueuedJob[] = [];
  /** When the first job's turn came. */
  #started = 0;
  #timer: NodeJS.Timeout;
  #reason: string | null = null;
  #isOutOfMemory = false;
  /** When the load that is going on began, or null. */
  #loadingSince: number | null = null;
  /** Milliseconds of the first job's turn that went into loading. */
  #loading = 0;
  #ending = false;
  /** Whether the thread has ever been heard of. */
  #begun = false;

  constructor(options: ScoringThreadOptions) {
    this.#options = options;
    this.#worker = new Worker(new URL('./scoring.worker.ts', import.meta.url), {
      workerData: options.settings,
      resourceLimits: {
        maxOldGenerationSizeMb: Math.ceil((options.settings.room.heap + HEAP_REST) / 2 ** 20),
      },
    });
    // A thread never keeps the process alive; requests do that.
    this.#worker.unref();
    this.#worker.on('message', (reply: ScoringWorkerReply) => this.#hear(reply));
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      this.#reason = error.message;
      this.#isOutOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    });
    this.#worker.on('exit', (code) => this.#exited(code));
    this.#timer = this.#endWhenIdle();
  }

  get hasRoom(): boolean {
    return !this.#ending && this.#jobs.length < this.#options.ahead;
  }

  run(waiting: QueuedJob): void {
    this.#jobs.push(waiting);
    if (this.#jobs.length === 1) this.#begin();
    const { target, ...job } = waiting.job;
    const { bundle, model, version } = target;
    const request: ScoreRequest = {
      kind: 'score',
      ...{ bundle, model, version },
      ...job,
    };
    // What may have to be given to another thread stays here.
    this.#post(request, this.#options.ahead === 1 ? [job.body.buffer] : []);
  }

  /** Has the thread close and load versions, once it has done what it is doing. */
  retain(request: RetainRequest): void {
    this.#post(request);
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#worker.terminate();
  }

  #post(request: ScoringWorkerRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  /** The first job's turn. */
  #begin(): void {
    this.#started = performance.now();
    this.#loading = 0;
    this.#limit(this.#begun && this.#loadingSince === null ? this.#options.maxMillis : LOAD_MILLIS);
  }

  #hear(reply: ScoringWorkerReply): void {
    this.#begun = true;
    const now = performance.now();
    if (reply.kind === 'loading') this.#loadingSince = now;
    else if (reply.kind === 'loaded') {
      this.#loading = now - Math.max(this.#started, this.#loadingSince ?? now);
      this.#loadingSince = null;
    } else {
      this.#settle(reply, now);
      return;
    }
    if (this.#jobs.length > 0) this.#limit(reply.kind === 'loading' ? LOAD_MILLIS : this.#options.maxMillis);
  }

  #settle(reply: Exclude<ScoringWorkerReply, { readonly kind: 'loading' | 'loaded' }>, now: number): void {
    const current = this.#jobs.shift();
    // An answer that comes after its time was up.
    if (current === undefined) return;
    const [millis, loading] = [now - this.#started, this.#loading];
    clearTimeout(this.#timer);
    if (this.#jobs.length > 0) this.#begin();
    else this.#timer = this.#endWhenIdle();
    this.#options.onFree(millis);
    if (reply.kind === 'refused') {
      current.done({ kind: 'refused', error: PlimsollError.from(reply.error), loading });
      return;
    }
    const {
      preprocess,
      predict = 0,
      postprocess = 0,
    }: Partial<StageTiming> & { preprocess: number } = reply.timing;
    // Waiting is whatever was no work: the queue, loading the engine, the way there and back.
    const queue = Math.max(0, now - current.since - preprocess - predict - postprocess);
    if (reply.kind === 'decoded') current.done({ ...reply, timing: { preprocess, queue }, loading });
    else current.done({ ...reply, timing: { ...reply.timing, queue }, loading });
  }

  #limit(millis: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#timeout(millis), millis).unref();
  }

  #timeout(limit: number): void {
    this.#giveUp(new PlimsollError('SCORER_TIMEOUT', { model: this.#model(), limit }), true);
    void this.end();
  }

  #exited(code: number): void {
    clearTimeout(this.#timer);
    const isPremature = !this.#ending;
    this.#ending = true;
    this.#giveUp(this.#causeOfDeath(code), isPremature);
  }

  #causeOfDeath(code: number): PlimsollError {
    const model = this.#model();
    if (this.#isOutOfMemory) {
      const limit = Math.floor((this.#options.settings.room.heap + HEAP_REST) / 2 ** 20);
      return new PlimsollError('SCORER_MEMORY', { model, limit });
    }
    return new PlimsollError('SCORER_DIED', { model, reason: this.#reason ?? `code ${code}` });
  }

  /** Fails the job it was at. */
  #giveUp(error: PlimsollError, isPremature: boolean): void {
    this.#ending = true;
    const failed = this.#jobs.shift();
    this.#options.onEnd(this.#jobs.splice(0), isPremature);
    failed?.done({ kind: 'refused', error, loading: this.#loading });
  }

  #model(): string {
    return this.#jobs[0]?.job.target.model ?? '';
  }

  #endWhenIdle(): NodeJS.Timeout {
    return setTimeout(() => void this.end(), IDLE_MILLIS).unref();
  }
}
