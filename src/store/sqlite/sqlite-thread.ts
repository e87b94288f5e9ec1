/** A SQLite connection in a thread of its own: what waits for the disk holds up nothing else. */

import { Worker } from 'node:worker_threads';
import { required } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type {
  SqliteExecutor,
  SqliteReply,
  SqliteRequest,
  SqliteResult,
  Statement,
} from './sqlite-message.ts';
import { resultOf } from './sqlite-result.ts';

/** Most of its young generation, in megabytes: what it reads and answers is gone with the next statement. */
const YOUNG_MEGABYTES = 4;

/** One thread from its start to its end. It opens the file with the first thing it is asked. */
export class SqliteThread implements SqliteExecutor {
  readonly #path: string;
  readonly #worker: Worker;
  /** Replies come in the order of the requests. */
  readonly #waiting: PromiseWithResolvers<SqliteReply>[] = [];
  #inTransaction = false;
  #ended: PlimsollError | null = null;

  constructor(path: string) {
    this.#path = path;
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MEGABYTES };
    const settings = { workerData: path, execArgv: [], resourceLimits };
    this.#worker = new Worker(new URL('./sqlite.worker.ts', import.meta.url), settings);
    // An idle store does not keep the process alive; what waits for an answer does.
    this.#worker.unref();
    let reason: string | null = null;
    this.#worker.on('message', (reply: SqliteReply) => this.#settle(reply));
    this.#worker.on('error', (error) => {
      reason = error.message;
    });
    this.#worker.on('exit', (code) => this.#end(reason ?? `its thread ended with code ${code}`));
  }

  get ended(): boolean {
    return this.#ended !== null;
  }

  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  async run(statements: readonly Statement[]): Promise<SqliteResult> {
    return resultOf(await this.#ask({ kind: 'run', statements }), this.#path);
  }

  async close(): Promise<void> {
    if (this.#ended !== null) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    const reply = await this.#ask({ kind: 'close' });
    this.#worker.ref();
    await ended;
    resultOf(reply, this.#path);
  }

  #ask(request: SqliteRequest): Promise<SqliteReply> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    this.#worker.postMessage(request);
    if (this.#waiting.length === 0) this.#worker.ref();
    const waiting = Promise.withResolvers<SqliteReply>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  #settle(reply: SqliteReply): void {
    this.#inTransaction = reply.inTransaction;
    required(this.#waiting.shift(), 'who waits for an answer').resolve(reply);
    if (this.#waiting.length === 0) this.#worker.unref();
  }

  #end(reason: string): void {
    this.#ended = new PlimsollError('STORE_UNAVAILABLE', { where: this.#path, reason });
    this.#inTransaction = false;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}
