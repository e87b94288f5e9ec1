import { Worker } from 'node:worker_threads';
import { PlimsollError } from '../../core/errors.ts';
import type { ScoreRequest, VersionKey, Waiting, WorkerReply, WorkerRequest, WorkerSettings } from './job.ts';

/** An idle thread ends after this long: its engines hold memory. */
const IDLE_MILLIS = 120_000;
/** Starting a thread and loading a version takes this long at most; neither is part of a request's time. */
const LOAD_MILLIS = 300_000;

/** One scoring thread and the job it has. */
export class Thread {
  readonly #worker: Worker;
  readonly #maxMillis: number;
  readonly #onFree: (millis: number) => void;
  #current: (Waiting & { readonly started: number }) | null = null;
  #timer: NodeJS.Timeout;
  #reason: string | null = null;
  /** When loading the version of the current job began and how long it took. */
  #loadingSince = 0;
  #loading = 0;
  #ending = false;
  /** Whether the thread has ever been heard of. */
  #begun = false;
  /** Frees this thread's place; a thread that hangs in native code ends much later than it is given up. */
  readonly #onEnd: () => void;

  constructor(
    settings: WorkerSettings,
    maxMillis: number,
    onFree: (millis: number) => void,
    onEnd: () => void,
  ) {
    this.#maxMillis = maxMillis;
    this.#onFree = onFree;
    this.#onEnd = onEnd;
    this.#worker = new Worker(new URL('./offload.worker.ts', import.meta.url), { workerData: settings });
    // A thread never keeps the process alive; requests do that.
    this.#worker.unref();
    this.#worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on('error', (error) => {
      this.#reason = error.message;
    });
    this.#worker.on('exit', (code) => {
      clearTimeout(this.#timer);
      this.#ending = true;
      this.#fail(
        new PlimsollError('SCORER_DIED', { model: this.#model(), reason: this.#reason ?? `code ${code}` }),
      );
      onEnd();
    });
    this.#timer = this.#endWhenIdle();
  }

  get idle(): boolean {
    return this.#current === null && !this.#ending;
  }

  run(waiting: Waiting): void {
    this.#current = { ...waiting, started: performance.now() };
    this.#loading = 0;
    this.#limit(this.#begun ? this.#maxMillis : LOAD_MILLIS);
    const { target, protocol, body, requestId, unitField } = waiting.job;
    const { bundle, model, version } = target;
    const request: ScoreRequest = {
      kind: 'score',
      ...{ bundle, model, version, protocol, body, requestId, unitField },
    };
    this.#post(request, [body.buffer]);
  }

  /** Has the thread close all other versions, once it has done what it is doing. */
  retain(versions: readonly VersionKey[]): void {
    this.#post({ kind: 'retain', versions });
  }

  #post(request: WorkerRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#worker.terminate();
  }

  #settle(reply: WorkerReply): void {
    // An answer that comes after its time was up.
    if (!this.#current) return;
    const now = performance.now();
    this.#begun = true;
    if (reply.kind === 'loading') {
      this.#loadingSince = now;
      this.#limit(LOAD_MILLIS);
      return;
    }
    if (reply.kind === 'loaded') {
      this.#loading = now - this.#loadingSince;
      this.#limit(this.#maxMillis);
      return;
    }
    const { done, since, started } = this.#current;
    this.#current = null;
    clearTimeout(this.#timer);
    this.#timer = this.#endWhenIdle();
    this.#onFree(now - started);
    if (reply.kind === 'refused') {
      done({ kind: 'refused', error: PlimsollError.from(reply.error) });
      return;
    }
    const { preprocess, predict, postprocess } = reply.timing;
    // Waiting is whatever was no work: the queue, loading the engine, the way there and back.
    const queue = Math.max(0, now - since - preprocess - predict - postprocess);
    done({ ...reply, timing: { ...reply.timing, queue }, loading: this.#loading });
  }

  #limit(millis: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#timeout(millis), millis).unref();
  }

  #timeout(limit: number): void {
    this.#fail(new PlimsollError('SCORER_TIMEOUT', { model: this.#model(), limit }));
    void this.end();
    this.#onEnd();
  }

  #fail(error: PlimsollError): void {
    const failed = this.#current;
    this.#current = null;
    failed?.done({ kind: 'refused', error });
  }

  #model(): string {
    return this.#current?.job.target.model ?? '';
  }

  #endWhenIdle(): NodeJS.Timeout {
    return setTimeout(() => void this.end(), IDLE_MILLIS).unref();
  }
}
