import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toError } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { WrittenResponse } from '../../model/raw.ts';
import { readAnswer } from './answer.ts';
import { PythonChild, type PythonChildOptions } from './child.ts';
import { PythonFailureError } from './failure.ts';
import { watchFolder } from './folder-quota.ts';
import { encodeFrame, FrameError, type WireFrame } from './frame.ts';
import type { FromPythonWorker, PythonFailure, ReadyMessage, WorkerLimits } from './messages.ts';
import { AnswerError, decodeBatch, decodeOutputs } from './tensors.ts';
import { batchFrom, encodeWork, outputsFrom, type WorkerAnswer, type WorkerTask, wantedOf } from './work.ts';

/** What is started: a command, what is in its environment, and what keeps its memory where the kernel does not. */
export type WorkerProgram = Omit<PythonChildOptions, 'scratch'>;

export interface WorkerOptions {
  /**
   * What the process is told to load. Its `scratch` is the folder below which each worker gets one of its own, removed when it
   * has ended; without one it writes nothing.
   */
  readonly load: {
    readonly scratch: string | undefined;
    readonly limits?: Pick<WorkerLimits, 'scratchBytes'>;
  };
  /** What is started for a worker that works in a folder. */
  readonly program: (scratch: string) => WorkerProgram;
  /** The error of calls to a process that has ended. @default {PYTHON_WORKER_ENDED} */
  readonly ended?: ((reason: string) => PlimsollError) | undefined;
  /** Milliseconds that it may take until it has loaded. */
  readonly startMillis: number;
  /** Milliseconds that one call may take; then it is killed. */
  readonly callMillis: number;
  /** One line that it wrote, cut to a length that can be kept. */
  readonly log?: ((line: string, stream: 'stdout' | 'stderr', pid: number) => void) | undefined;
  /** What it is called in errors. @default {'the model'} */
  readonly name?: string | undefined;
  /** Columns by which the model knows its rows, or null where it goes by their order. @default {null} */
  readonly columns?: readonly string[] | null | undefined;
  /** Only of form `around`: columns of the compiled model, in the order that it takes them. @default {null} */
  readonly innerColumns?: readonly string[] | null | undefined;
}

/** One Python process that holds one model. It answers one call at a time: who calls again, waits. */
export interface PythonWorker {
  readonly pid: number;
  readonly ready: ReadyMessage;
  /** Resident memory after its last answer, in bytes. */
  readonly rss: number;
  infer(batch: Batch): Promise<Outputs>;
  /** Only of form `around`: rows as clients send them → rows as the compiled model takes them. */
  before(batch: Batch): Promise<Batch>;
  /** Only of form `around`: the compiled model's outputs → the answers. */
  after(outputs: Outputs, rows: number): Promise<Outputs>;
  /** One of these, or what goes to code that reads bodies and writes answers itself. */
  ask(work: WorkerTask): Promise<WorkerAnswer>;
  /** Lets it come to its end, and kills it where it does not. */
  close(): Promise<void>;
  /** Why it ended, in words; never rejects. */
  readonly ended: Promise<string>;
}

/** Milliseconds that a worker has to end by itself. */
const GRACE_MILLIS = 2_000;
const RETRY_SECONDS = 1;

/**
 * Starts an interpreter and loads the model in it.
 *
 * @throws PythonFailureError where loading raises, PYTHON_WORKER_ENDED where it dies or takes too long. Calls throw the
 *   same, ENGINE_TIMEOUT, and ENGINE_CLOSED
 */
export async function startWorker(options: WorkerOptions): Promise<PythonWorker> {
  const worker = new StartedWorker(options);
  try {
    await worker.load();
    return worker;
  } catch (error) {
    await worker.kill('it was not ready');
    throw error;
  }
}

type Reply = Exclude<FromPythonWorker, PythonFailure>;

interface Call {
  readonly id: number;
  readonly wanted: Reply['kind'];
  readonly resolve: (answer: readonly [Reply, WireFrame]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Where one works that writes nothing: a container may have nothing else. */
const ROOT = '/';

function folderBelow(path: string): string {
  mkdirSync(path, { recursive: true });
  return mkdtempSync(join(path, 'worker-'));
}

class StartedWorker implements PythonWorker {
  readonly ended: Promise<string>;
  rss = 0;
  readonly #options: WorkerOptions;
  readonly #scratch: string | null;
  readonly #child: PythonChild;
  #unwatchScratch = (): void => undefined;
  #ready: ReadyMessage | null = null;
  #call: Call | null = null;
  #calls = 0;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  #exit: string | null = null;
  #lastLine = '';
  #isClosing = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { load, program } = options;
    this.#scratch = load.scratch === undefined ? null : folderBelow(load.scratch);
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#child = new PythonChild(
      { ...program(this.#scratch ?? ROOT), scratch: this.#scratch ?? ROOT },
      {
        frame: (frame) => this.#answered(frame),
        line: (line, stream) => this.#wrote(line, stream),
        exit: (reason) => void this.#exited(reason).then(resolve),
      },
    );
    if (this.#scratch !== null && load.limits !== undefined)
      this.#watchScratch(this.#scratch, load.limits.scratchBytes);
  }

  #watchScratch(folder: string, bytes: number): void {
    this.#unwatchScratch = watchFolder(folder, bytes, (found) =>
      this.#child.kill(`it kept ${found} in its scratch folder, ${bytes} bytes are its limit`),
    );
  }

  get pid(): number {
    return this.#child.pid;
  }

  get ready(): ReadyMessage {
    return this.#ready!;
  }

  async load(): Promise<void> {
    const { load, startMillis } = this.#options;
    const message = { ...load, kind: 'load', id: 0, scratch: this.#scratch };
    const late = `it had not loaded after ${startMillis} ms`;
    const [answer] = await this.#send(message, [], 'ready', startMillis, () => this.#endedError(late));
    if (answer.kind !== 'ready') throw new FrameError(`it answered "${answer.kind}"`);
    this.#ready = answer;
  }

  infer(batch: Batch): Promise<Outputs> {
    return this.ask({ kind: 'infer', batch }).then(outputsFrom);
  }

  before(batch: Batch): Promise<Batch> {
    return this.ask({ kind: 'before', batch }).then(batchFrom);
  }

  after(outputs: Outputs, rows: number): Promise<Outputs> {
    return this.ask({ kind: 'after', outputs, rows }).then(outputsFrom);
  }

  ask(work: WorkerTask): Promise<WorkerAnswer> {
    if (this.#isClosing) return Promise.reject(new PlimsollError('ENGINE_CLOSED'));
    const answer = this.#waiting === 0 ? this.#ask(work) : this.#last.then(() => this.#ask(work));
    this.#waiting++;
    this.#last = answer
      .catch(() => undefined)
      .finally(() => {
        this.#waiting--;
      });
    return answer;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#last;
    this.#child.end();
    const timer = setTimeout(() => this.#child.kill('it was closed'), GRACE_MILLIS);
    await this.ended;
    clearTimeout(timer);
  }

  async kill(reason: string): Promise<void> {
    this.#isClosing = true;
    this.#child.kill(reason);
    await this.ended;
  }

  async #ask(work: WorkerTask): Promise<WorkerAnswer> {
    const { callMillis, columns = null, innerColumns = null } = this.#options;
    const { header, buffers } = encodeWork(work, ++this.#calls, columns);
    const wanted = wantedOf(work);
    const late = () => new PlimsollError('ENGINE_TIMEOUT', { limit: callMillis });
    const [answer, frame] = await this.#send(header, buffers, wanted, callMillis, late);
    try {
      if (answer.kind === 'batch') return decodeBatch(answer.batch, frame.buffers, innerColumns);
      if (answer.kind === 'outputs') return decodeOutputs(answer.outputs, frame.buffers);
      if (answer.kind === 'written') return writtenIn(answer.contentType, frame);
    } catch (error) {
      throw this.#undecodable(error, answer.id);
    }
    throw new FrameError(`it answered "${answer.kind}"`);
  }

  #send(
    header: { readonly id: number },
    buffers: readonly Uint8Array[],
    wanted: Reply['kind'],
    millis: number,
    late: () => PlimsollError,
  ): Promise<readonly [Reply, WireFrame]> {
    return new Promise((resolve, reject) => {
      if (this.#exit !== null) throw this.#endedError(this.#exit);
      const pieces = piecesOf(header, buffers);
      const timer = setTimeout(() => {
        this.#settle((call) => call.reject(late()));
        this.#child.kill(`it took longer than ${millis} ms`);
      }, millis);
      this.#call = { id: header.id, wanted, resolve, reject, timer };
      this.#child.hold(true);
      this.#child.send(pieces);
    });
  }

  #answered(frame: WireFrame): void {
    const answer = readAnswer(frame.header);
    const call = this.#call;
    // What comes after its time is of no use to anybody, and the worker is being killed.
    if (call === null) return;
    if (answer.id !== call.id || (answer.kind !== 'error' && answer.kind !== call.wanted))
      throw new FrameError(`"${answer.kind}" ${answer.id} where "${call.wanted}" ${call.id} was asked for`);
    this.rss = answer.rss;
    this.#settle(() => {
      if (answer.kind === 'error') call.reject(new PythonFailureError(answer));
      else call.resolve([answer, frame]);
    });
  }

  #settle(how: (call: Call) => void): void {
    const call = this.#call;
    if (call === null) return;
    this.#call = null;
    clearTimeout(call.timer);
    this.#child.hold(false);
    how(call);
  }

  /** Well-formed nonsense is the model's failure; buffers that do not fit their header come from no worker of ours. */
  #undecodable(error: unknown, id: number): Error {
    if (error instanceof AnswerError) {
      const [type, message] = ['TypeError', error.message];
      const nowhere = { at: null, missing: null, traceback: '', rss: this.rss };
      return new PythonFailureError({ kind: 'error', id, stage: 'output', type, message, ...nowhere });
    }
    if (!(error instanceof FrameError)) return toError(error);
    const reason = `it sent what is no answer: ${error.message}`;
    this.#child.kill(reason);
    return this.#endedError(reason);
  }

  #wrote(line: string, stream: 'stdout' | 'stderr'): void {
    if (stream === 'stderr') this.#lastLine = line;
    this.#options.log?.(line, stream, this.pid);
  }

  async #exited(reason: string): Promise<string> {
    const words = this.#ready === null && this.#lastLine !== '' ? `${reason} (${this.#lastLine})` : reason;
    this.#exit = words;
    this.#unwatchScratch();
    this.#settle((call) => call.reject(this.#endedError(words)));
    if (this.#scratch !== null)
      await rm(this.#scratch, { recursive: true, force: true }).catch(() => undefined);
    return words;
  }

  #endedError(reason: string): PlimsollError {
    const { name = 'the model', ended } = this.#options;
    return (
      ended?.(reason) ??
      new PlimsollError('PYTHON_WORKER_ENDED', { model: name, reason, retry: RETRY_SECONDS })
    );
  }
}

function writtenIn(contentType: string, { buffers: [bytes, second] }: WireFrame): WrittenResponse {
  if (bytes === undefined || second !== undefined) throw new FrameError('an answer that is not one buffer');
  return { kind: 'written', contentType, bytes };
}

function piecesOf(header: object, buffers: readonly Uint8Array[]): readonly Uint8Array[] {
  try {
    return encodeFrame(header, buffers);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    throw new PlimsollError('INPUT_INVALID', { problem: `rows: ${error.message}: send fewer at once` });
  }
}
