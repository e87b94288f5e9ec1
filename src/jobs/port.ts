/** Everything that can be asked about jobs by the API and the commands, wherever the ledger is. */
import type { Static } from 'typebox';
import type { Actor } from '../core/actor.ts';
import type { Page, PageRequest } from '../store/store.ts';
import type { JOB_VIEW, RUN_VIEW, STARTED_RUN } from './view-schemas.ts';

/** A run as it stands. Times are milliseconds since the epoch. */
export type RunView = Static<typeof RUN_VIEW>;
export type JobView = Static<typeof JOB_VIEW>;
export type StartedRun = Static<typeof STARTED_RUN>;

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
  /** Ends a run for good; nothing of it is published. Throws RUN_UNKNOWN, JOB_STATE where it has ended. */
  cancel(name: string, id: string): Promise<RunView>;
}
