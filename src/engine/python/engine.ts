import { setImmediate } from 'node:timers/promises';
import { PlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import { columnNames } from '../../model/column-names.ts';
import { concatenateOutputs } from '../../model/concatenate.ts';
import {
  NO_RAW_ENDS,
  type RawAnswer,
  type RawEnds,
  type RawRequest,
  type WrittenResponse,
} from '../../model/raw.ts';
import type { Signature } from '../../model/signature.ts';
import { sliceBatch } from '../../model/slice.ts';
import type { Engine, IsWanted } from '../engine.ts';
import { conform, emptyOutputs } from './conform.ts';
import { failureToError, PythonFailureError } from './failure.ts';
import { type InterpreterOptions, pythonProgram } from './interpreter.ts';
import type { LoadMessage } from './messages.ts';
import { WorkerPool, type WorkerPoolStatus } from './pool.ts';
import type { ScalingRule } from './scaling.ts';
import { AnswerError } from './tensors.ts';
import {
  batchFrom,
  isWritten,
  outputsFrom,
  rowsIn,
  type WorkerAnswer,
  type WorkerTask,
  writtenFrom,
} from './work.ts';
import { type PythonWorker, startWorker } from './worker.ts';

export interface PythonEngineOptions extends InterpreterOptions {
  /** What the model is called in errors. */
  readonly name: string;
  /** Its `scratch` is the folder below which each worker gets one of its own. */
  readonly load: Omit<LoadMessage, 'kind' | 'id'>;
  /** Whether rows may be put together, and batches cut: only where that was seen to change no answer. */
  readonly batches: boolean;
  /** Workers at most; without a rule of scaling, always. */
  readonly workers: number;
  readonly scaling?: ScalingRule | undefined;
  /** Milliseconds that one call may take, then its worker is killed; and that a request may wait for a worker. */
  readonly callMillis: number;
  readonly startMillis: number;
  /** Rows that one call holds at most, where `batches`. */
  readonly maxRows: number;
  readonly log?: ((line: string, stream: 'stdout' | 'stderr', pid: number) => void) | undefined;
  /** The compiled model, where the script goes around it; closed with this engine. */
  readonly inner?: Engine | undefined;
  /** Columns of the compiled model, in the order that it takes them. @default {null} */
  readonly innerColumns?: readonly string[] | null | undefined;
  /** What the version promises: rows get its names, and answers that differ are PYTHON_OUTPUT_INVALID. */
  readonly signature?: Signature | undefined;
  /** Requests that may wait; one more is refused with ENGINE_BUSY. @default {1024} */
  readonly queue?: number | undefined;
}

/** An engine that tells how its workers are. */
export interface PythonEngine extends Engine {
  readonly id: 'python';
  readonly raw: RawEnds;
  infer(batch: Batch, isWanted?: IsWanted): Promise<Outputs>;
  invoke(request: RawRequest): Promise<RawAnswer>;
  close(): Promise<void>;
  status(): WorkerPoolStatus;
}

/** Calls' worth of rows that may wait. */
const QUEUED_CALLS = 64;
/** Rows that a compiled model in the middle is given at once, so that it does not hold the loop. */
const INNER_ROWS = 256;

/**
 * Runs a model in a pool of Python workers.
 *
 * @throws PythonFailureError where loading raises, PYTHON_WORKER_ENDED where a worker dies or takes too long to load.
 *   `infer` throws PYTHON_FAILED, PYTHON_OUTPUT_INVALID, PYTHON_WORKER_ENDED, INPUT_INVALID, ENGINE_BUSY, ENGINE_TIMEOUT
 *   and ENGINE_CLOSED; `invoke` MEDIA_TYPE_UNKNOWN and NOT_ACCEPTABLE besides
 */
export async function createPythonEngine(options: PythonEngineOptions): Promise<PythonEngine> {
  const {
    name,
    workers,
    scaling,
    batches,
    maxRows,
    callMillis,
    startMillis,
    queue = 1024,
    signature,
  } = options;
  let raw: RawEnds = NO_RAW_ENDS;
  const columns = signature ? columnNames(signature) : null;
  const program = pythonProgram(options);
  const start = async (): Promise<PythonWorker> => {
    const worker = await startWorker({ ...options, program, columns });
    raw = worker.ready.described.raw ?? NO_RAW_ENDS;
    return worker;
  };
  const pool = new WorkerPool({
    ...{ name, workers, scaling, batches, maxRows, start },
    ...{ waitMillis: callMillis, startMillis, maxQueue: queue, maxQueuedRows: QUEUED_CALLS * maxRows },
  });
  await pool.open();
  return new PooledEngine(options, pool, raw);
}

class PooledEngine implements PythonEngine {
  readonly id = 'python';
  readonly raw: RawEnds;
  readonly #options: PythonEngineOptions;
  readonly #pool: WorkerPool;
  #closed: Promise<void> | null = null;

  constructor(options: PythonEngineOptions, pool: WorkerPool, raw: RawEnds) {
    this.#options = options;
    this.#pool = pool;
    this.raw = raw;
  }

  async infer(batch: Batch, isWanted?: IsWanted): Promise<Outputs> {
    const { signature, batches, maxRows } = this.#options;
    try {
      if (signature) checkWidth(batch, signature);
      if (signature && batch.rows === 0) return emptyOutputs(signature.outputs);
      // Rows that must not meet others must not be kept from each other either.
      const outputs =
        batches && batch.rows > maxRows
          ? await inSlices(batch, maxRows, (slice) => this.#answer(slice, isWanted))
          : await this.#answer(batch, isWanted);
      return this.#conformed(outputs);
    } catch (error) {
      throw this.#coded(error, null);
    }
  }

  async invoke(request: RawRequest, isWanted?: IsWanted): Promise<RawAnswer> {
    const { signature, inner } = this.#options;
    const { given } = request;
    try {
      if (signature && given.kind !== 'body') checkWidth(given, signature);
      const answer =
        inner === undefined
          ? await this.#ask({ kind: 'invoke', request }, isWanted)
          : await this.#around(request, inner, isWanted);
      if (isWritten(answer)) return answer;
      const outputs = outputsFrom(answer);
      return { kind: 'outputs', outputs: this.#conformed(outputs), rows: rowsIn(outputs) };
    } catch (error) {
      throw this.#coded(error, request);
    }
  }

  #conformed(outputs: Outputs): Outputs {
    const { signature } = this.#options;
    return signature ? conform(outputs, signature.outputs) : outputs;
  }

  #coded(error: unknown, request: RawRequest | null): unknown {
    const { name } = this.#options;
    if (error instanceof PythonFailureError) return failureToError(error.failure, name, request);
    if (error instanceof AnswerError)
      return new PlimsollError('PYTHON_OUTPUT_INVALID', { model: name, reason: error.message });
    return error;
  }

  /** A script that reads, or writes, around a compiled model. */
  async #around(request: RawRequest, inner: Engine, isWanted?: IsWanted): Promise<Outputs | WrittenResponse> {
    const { given, accept } = request;
    const work: WorkerTask =
      given.kind === 'body'
        ? { kind: 'read', request: { ...request, given } }
        : { kind: 'before', batch: given };
    const rows = batchFrom(await this.#ask(work, isWanted));
    const outputs = await innerAnswer(inner, rows);
    if (accept === null) return outputsFrom(await this.#ask({ kind: 'after', outputs, rows: rows.rows }));
    return writtenFrom(await this.#ask({ kind: 'write', request: { ...request, accept }, outputs }));
  }

  status(): WorkerPoolStatus {
    return this.#pool.status;
  }

  close(): Promise<void> {
    this.#closed ??= this.#pool.close().then(() => this.#options.inner?.close());
    return this.#closed;
  }

  async #answer(batch: Batch, isWanted?: IsWanted): Promise<Outputs> {
    const { inner } = this.#options;
    if (inner === undefined) return outputsFrom(await this.#ask({ kind: 'infer', batch }, isWanted));
    const rows = batchFrom(await this.#ask({ kind: 'before', batch }, isWanted));
    const outputs = await innerAnswer(inner, rows);
    return outputsFrom(await this.#ask({ kind: 'after', outputs, rows: batch.rows }));
  }

  #ask(work: WorkerTask, isWanted?: IsWanted): Promise<WorkerAnswer> {
    return this.#pool.submit(work, isWanted);
  }
}

/** A native engine answers at once, so the loop gets its turn between slices; others cut batches themselves. */
async function innerAnswer(inner: Engine, batch: Batch): Promise<Outputs> {
  if (inner.id !== 'native' || batch.rows <= INNER_ROWS) return inner.infer(batch);
  return inSlices(batch, INNER_ROWS, async (slice) => {
    await setImmediate();
    return inner.infer(slice);
  });
}

async function inSlices(
  batch: Batch,
  rows: number,
  answer: (slice: Batch) => Promise<Outputs>,
): Promise<Outputs> {
  const answers: Outputs[] = [];
  for (let start = 0; start < batch.rows; start += rows)
    answers.push(await answer(sliceBatch(batch, start, Math.min(start + rows, batch.rows))));
  return concatenateOutputs(answers);
}

function checkWidth(batch: Batch, signature: Signature): void {
  if (batch.kind === 'tensors' || signature.form === 'tensors' || signature.open) return;
  const found = batch.kind === 'matrix' ? batch.width : batch.columns.length;
  const wanted = signature.columns.length;
  if (found === wanted) return;
  throw new PlimsollError('INPUT_INVALID', { problem: `rows: expected ${wanted} columns, got ${found}` });
}
