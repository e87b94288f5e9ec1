import { PlimsollError } from '../../core/errors.ts';
import type { Signature } from '../../model/signature.ts';
import type { Engine } from '../engine.ts';
import type { LoadMessage } from './messages.ts';

export interface PythonEngineOptions {
  /** What the model is called in errors. */
  readonly name: string;
  /** Path of the interpreter. */
  readonly interpreter: string;
  /** Its `scratch` is the folder below which each worker gets one of its own. */
  readonly load: Omit<LoadMessage, 'kind' | 'id'>;
  /** Whether rows may be put together, and batches cut: only where that was seen to change no answer. */
  readonly batches: boolean;
  readonly workers: number;
  /** Milliseconds that one call may take; then its worker is killed. */
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
}

/**
 * Runs a model in a pool of Python workers.
 *
 * @throws PythonFailureError where loading raises, PYTHON_WORKER_ENDED where a worker dies or takes too long to load.
 *   `infer` throws PYTHON_FAILED, PYTHON_OUTPUT_INVALID, PYTHON_WORKER_ENDED, INPUT_INVALID, ENGINE_BUSY, ENGINE_TIMEOUT
 *   and ENGINE_CLOSED
 */
export async function createPythonEngine(options: PythonEngineOptions): Promise<Engine> {
  throw new PlimsollError('PYTHON_WORKER_ENDED', {
    model: options.name,
    reason: 'nothing starts it yet',
    retry: 1,
  });
}
