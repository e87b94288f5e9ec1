/** What the triggers of a job have noticed, and the runs that follow. Pure but for what it is handed. */
import type { Cause, JobRow, NewRun } from '../../store/ledger/ledger.ts';
import type { JobSpec } from '../spec/spec.ts';
import { fillSpec } from './fill.ts';

/** A thing that a run is started for. */
export interface Happening {
  readonly cause: Cause;
  /** Names it among all that ever happen to the job. */
  readonly key: string;
  /** When it was due, in milliseconds since the epoch. */
  readonly at: number;
  readonly timeZone: string;
  /** The files that it is about, where it is not all of the source. */
  readonly only?: readonly string[] | undefined;
}

/** The run that something which happened to a job leads to. */
export function runFor(
  job: JobRow,
  { cause, key, at, timeZone, only }: Happening,
  id: string,
  now: number,
): NewRun {
  const filled = fillSpec(job.spec as JobSpec, { run: id, due: at, timeZone });
  const spec: JobSpec = only === undefined ? filled : { ...filled, source: { ...filled.source, only } };
  return { id, cause, due: `${cause}/${key}`, spec, state: 'queued', createdAt: now, notBefore: 0 };
}
