/** Everything that can be asked about jobs by the API and the commands, wherever the ledger is. */
import type { Static } from 'typebox';
import type { Actor } from '../core/actor.ts';
import type { Page, PageRequest } from '../store/store.ts';
import type { RejectGroups, RejectsRequest, RejectView } from './rejects/list-rejects.ts';
import type { JOB_VIEW, RUN_OUTPUTS, RUN_VIEW, STARTED_RUN } from './view-schemas.ts';

/** A run as it stands. Times are milliseconds since the epoch. */
export type RunView = Static<typeof RUN_VIEW>;
export type JobView = Static<typeof JOB_VIEW>;
export type StartedRun = Static<typeof STARTED_RUN>;

export type RunOutputs = Static<typeof RUN_OUTPUTS>;

/** What is scored again: rows that were put right, each in place of the one of its key, and by which model. */
export interface ReplayWish {
  readonly rows?: readonly unknown[] | undefined;
  /** `M@V` or `M@alias`; that of the run where it is left out. */
  readonly model?: string | undefined;
}

export interface JobsPort {
  /** By name. */
  jobs(page?: PageRequest): Promise<Page<JobView>>;
  /** Throws JOB_UNKNOWN, as all that follow do. */
  job(name: string): Promise<JobView>;
  /**
   * Makes a job, or replaces what it is, by a document as `plimsoll.yaml` has it below `jobs`; runs that are under way keep
   * what they began with. Throws SPEC_INVALID.
   */
  define(name: string, document: unknown, actor: Actor): Promise<JobView>;
  /** Replaces what starts a job by itself; null leaves it to people. Throws SPEC_INVALID. */
  reschedule(name: string, schedule: unknown, actor: Actor): Promise<JobView>;
  /** A paused job starts nothing by itself; what comes meanwhile is passed over. */
  pause(name: string, paused: boolean): Promise<JobView>;
  /** Newest first. */
  runs(name: string, page?: PageRequest): Promise<Page<RunView>>;
  /** Throws RUN_UNKNOWN. */
  run(name: string, id: string): Promise<RunView>;
  /** Has a server start a run because a person (`server`) or a program (`webhook`) says so, once for each key. Throws JOB_PAUSED. */
  start(name: string, cause: 'server' | 'webhook', key: string): Promise<StartedRun>;
  /** Rows of a run without an answer, where they are on this machine. Throws RUN_UNKNOWN, REJECTS_ELSEWHERE, PAGE_INVALID. */
  rejects(name: string, id: string, wanted?: RejectsRequest): Promise<Page<RejectView>>;
  /** How many there are of each kind. Throws RUN_UNKNOWN, REJECTS_ELSEWHERE. */
  rejectGroups(name: string, id: string): Promise<RejectGroups>;
  /**
   * Has a server score the rows without an answer again, once for the same rows and model; what is ok now is added to the output.
   * Throws RUN_UNKNOWN, JOB_STATE where it is not the last run that is done or another is under way, JOB_PAUSED, OVERLOADED, REQUEST_INVALID for rows that are none of them.
   */
  replay(name: string, id: string, replay: ReplayWish): Promise<StartedRun>;
  /** Has a server publish what a check held back. Throws RUN_UNKNOWN, JOB_STATE. */
  release(name: string, id: string): Promise<RunView>;
  /** The receipt of a run in a DSSE envelope, under the key of this installation. Throws RUN_UNKNOWN, JOB_STATE where it has none. */
  receipt(name: string, id: string): Promise<unknown>;
  /** Its outputs beside those of the run before. Throws RUN_UNKNOWN. */
  outputs(name: string, id: string): Promise<RunOutputs>;
  /** Ends a run for good; nothing of it is published. Throws RUN_UNKNOWN, JOB_STATE where it has ended. */
  cancel(name: string, id: string): Promise<RunView>;
}
