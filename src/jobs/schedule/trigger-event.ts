/** What a trigger has noticed, and the run that follows. Time is a parameter. */

import type { JobRow, NewRun } from '../../store/ledger/ledger.ts';
import type { Cause } from '../../store/ledger/run-state.ts';
import type { JobSpec } from '../spec/spec.ts';
import { jobSpecOf } from '../spec/stored-spec.ts';
import { fillSpec } from './fill.ts';

/** What a run is started for. */
export interface TriggerEvent {
  readonly cause: Cause;
  /** Names it among all that ever happen to the job. */
  readonly key: string;
  /** When it was due, in milliseconds since the epoch. */
  readonly at: number;
  readonly timeZone: string;
  /** The files that it is about, where it is not all of the source. */
  readonly only?: readonly string[] | undefined;
}

/** The run `id` of a job that an event leads to; `now` in milliseconds since the epoch. */
export function runFor(
  job: JobRow,
  { cause, key, at, timeZone, only }: TriggerEvent,
  id: string,
  now: number,
): NewRun {
  const filled = fillSpec(jobSpecOf(job), { run: id, due: at, timeZone });
  const spec: JobSpec = only === undefined ? filled : { ...filled, source: { ...filled.source, only } };
  return { id, cause, due: `${cause}/${key}`, spec, state: 'queued', createdAt: now, notBefore: 0 };
}
