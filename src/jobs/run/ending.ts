/** What becomes of a run that has not come to its end. Pure. */
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { asCodedError } from '../../core/parts.ts';
import type { RunProgress } from './progress.ts';

/** What passes, or a person can mend: the run keeps its state, and goes on where it is. */
const RESUMABLE: ReadonlySet<string> = new Set([
  'JOB_INTERRUPTED',
  'SOURCE_UNAVAILABLE',
  'SINK_UNAVAILABLE',
  'STORE_UNAVAILABLE',
  'STORE_BUSY',
  'STORE_UNWRITABLE',
  'DISK_FULL',
  'DISK_UNWRITABLE',
  'DATA_UNWRITABLE',
  'FILE_UNWRITABLE',
  'CONTROL_UNREACHABLE',
  'SECRET_MISSING',
  'JOB_CHANGED',
  'SPARK_FAILED',
  'SPARK_MISSING',
  'PART_MISSING',
  'INTERNAL',
]);

/** `lost`: another process has it. */
export type RunEnding = 'lost' | 'held' | 'kept' | 'failed';

/**
 * What an error makes of a run. An attempt that `fellShort` of the plan that an earlier one had made (asked for with a
 * wrong file, say, or without the model) takes nothing from what that one has done.
 */
export function endingOf({ code }: PlimsollError, fellShort: boolean): RunEnding {
  if (code === 'FENCE_LOST') return 'lost';
  if (code === 'JOB_HELD') return 'held';
  return fellShort || RESUMABLE.has(code) ? 'kept' : 'failed';
}

export interface EndingContext {
  readonly run: string;
  readonly job: string;
  readonly chunks: RunProgress['chunks'] | null;
  /** That it is to stop, and that it is another's; whatever else fails after that is of no interest. */
  readonly stop: AbortSignal;
  readonly lost: AbortSignal;
}

/** The error that a run stops with, whatever was thrown. */
export function stopError(error: unknown, { run, job, chunks, stop, lost }: EndingContext): PlimsollError {
  if (lost.aborted) return lost.reason;
  if (isPlimsollError(error) && (!stop.aborted || error.code === 'FENCE_LOST')) return error;
  if (stop.aborted) {
    const { done, of } = chunks ?? { done: 0, of: 'all' };
    return new PlimsollError('JOB_INTERRUPTED', { job, run, done, of });
  }
  return asCodedError(error, `run ${run}`);
}
