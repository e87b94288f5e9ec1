/** Everything that can be asked about jobs by the API and the commands, wherever the ledger is. */
import type { Actor } from '../core/actor.ts';
import type { Cause, RunState } from '../store/ledger/run-state.ts';
import type { Page, PageRequest } from '../store/store.ts';
import type { JobSchedule } from './schedule/schedule.ts';
import type { JobSpec } from './spec/spec.ts';

/** A run as it stands. Times are milliseconds since the epoch. */
export interface RunView {
  readonly id: string;
  readonly job: string;
  /** From 1 in its job. */
  readonly number: number;
  readonly cause: Cause;
  /** What it was started for; a job has one run of each. */
  readonly due: string;
  readonly state: RunState;
  readonly attempt: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Not before this time, where it is queued. */
  readonly notBefore: number;
  /** Rows read so far, and what else is known of how far it is. */
  readonly progress: unknown;
  /** Why its last attempt failed: `{code, message, hint, details}`. */
  readonly error: unknown;
  readonly receipt: unknown;
}

export interface JobView {
  readonly name: string;
  readonly spec: JobSpec;
  readonly schedule: JobSchedule | null;
  readonly paused: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  /** When its cron lines start it next. */
  readonly nextAt: number | null;
  readonly latest: RunView | null;
}

export interface StartedRun {
  readonly run: RunView;
  /** False where what it was to be started for has a run already. */
  readonly isNew: boolean;
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
  /** Ends a run for good; nothing of it is published. Throws RUN_UNKNOWN, JOB_STATE where it has ended. */
  cancel(name: string, id: string): Promise<RunView>;
}
