import { PlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { LoadMessage, ReadyMessage } from './messages.ts';

export interface WorkerOptions {
  /** Path of the interpreter. */
  readonly interpreter: string;
  /** Its `scratch` is the folder below which each worker gets one of its own, removed when it has ended. */
  readonly load: Omit<LoadMessage, 'kind' | 'id'>;
  /** Milliseconds that it may take until it has loaded. */
  readonly startMillis: number;
  /** Milliseconds that one call may take; then it is killed. */
  readonly callMillis: number;
  /** One line that it wrote, cut to a length that can be kept. */
  readonly log?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined;
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
  /** Lets it come to its end, and kills it where it does not. */
  close(): Promise<void>;
  /** Why it ended, in words; never rejects. */
  readonly ended: Promise<string>;
}

/**
 * Starts an interpreter and loads the model in it.
 *
 * @throws PythonFailureError where loading raises, PYTHON_WORKER_ENDED where it dies or takes too long. Calls throw the
 *   same, and ENGINE_TIMEOUT.
 */
export async function startWorker(options: WorkerOptions): Promise<PythonWorker> {
  throw new PlimsollError('PYTHON_WORKER_ENDED', {
    model: options.name ?? 'the model',
    reason: 'nothing starts it yet',
    retry: 1,
  });
}
