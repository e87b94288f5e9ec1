/**
 * What batch jobs must remember: a database of its own beside the store, which any number of processes open. One port, one
 * contract suite, SQLite and PostgreSQL. Times are milliseconds since the epoch; JSON comes back as it was put in.
 */
import type { Page, PageRequest } from '../store.ts';
import type { Cause, RunState } from './run-state.ts';

export interface JobRow {
  readonly name: string;
  /** A `JobSpec`, without secrets. */
  readonly spec: unknown;
  /** Triggers, retries, limits (`jobs/schedule`), or null where it is only run by hand. */
  readonly schedule: unknown;
  readonly paused: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  /** What a trigger must remember: files it has seen, its last look. */
  readonly memory: unknown;
  /** Grows with every change. */
  readonly generation: number;
}

export interface RunRow {
  readonly id: string;
  readonly job: string;
  /** From 1 in its job. */
  readonly number: number;
  readonly cause: Cause;
  /** What it was started for; a job has one run of each: `manual/<id>`, `schedule/2026-11-01T02:00:00+01:00`, `files/<digest>` … */
  readonly due: string;
  /** The job's spec when it began. */
  readonly spec: unknown;
  readonly state: RunState;
  /** From 1. */
  readonly attempt: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Not to be started before. */
  readonly notBefore: number;
  /** Name of the process that has it, as of `holderOf`; null where nobody has. */
  readonly holder: string | null;
  readonly fence: number;
  readonly leaseUntil: number;
  readonly fingerprint: string | null;
  /** What the fingerprint was made of, for the difference. */
  readonly facts: unknown;
  /** Frozen input and chunks. */
  readonly plan: unknown;
  readonly receipt: unknown;
  /** Of the last attempt: `{code, message, hint, details}`. */
  readonly error: unknown;
  /** Rows read so far and the rest, for lists; the truth is in the chunks. */
  readonly progress: unknown;
}

/** A run in a list: without what grows with its input. */
export type RunLine = Omit<RunRow, 'facts' | 'plan'>;

/** What a run begins with. */
export type NewRun = Pick<RunRow, 'id' | 'cause' | 'due' | 'spec' | 'state' | 'createdAt' | 'notBefore'>;

export type RunChange = Partial<
  Pick<
    RunRow,
    | 'state'
    | 'attempt'
    | 'startedAt'
    | 'endedAt'
    | 'notBefore'
    | 'fingerprint'
    | 'facts'
    | 'plan'
    | 'receipt'
    | 'error'
    | 'progress'
  >
>;

export interface Ledger {
  readonly kind: 'sqlite' | 'postgres';

  // Jobs
  /**
   * Inserts a job with its first run, or adds a run to the job that is there, whose spec becomes this one unless it has a
   * schedule; null where it has a run of that `due`.
   */
  begin(job: Pick<JobRow, 'name' | 'spec' | 'createdAt' | 'createdBy'>, run: NewRun): Promise<RunRow | null>;
  /** Makes a job, or replaces spec and schedule of the one that is there. */
  define(job: Pick<JobRow, 'name' | 'spec' | 'schedule' | 'createdAt' | 'createdBy'>): Promise<JobRow>;
  job(name: string): Promise<JobRow | null>;
  jobs(page?: PageRequest): Promise<Page<JobRow>>;
  pause(name: string, paused: boolean): Promise<boolean>;
  /** Keeps what a trigger remembers if the generation is still `expected`; with it, in one transaction, the runs it starts. */
  remember(name: string, expected: number, memory: unknown, runs: readonly NewRun[]): Promise<boolean>;

  // Runs
  run(id: string): Promise<RunRow | null>;
  /** The run that a job has for this. */
  runOf(job: string, due: string): Promise<RunRow | null>;
  /** The newest run of a job. */
  latest(job: string): Promise<RunRow | null>;
  /** The newest run of a job that is done, other than `but`. */
  lastDone(job: string, but?: string): Promise<RunRow | null>;
  /** Newest first. */
  runs(job: string, page?: PageRequest): Promise<Page<RunLine>>;
  /** Runs that have not ended, oldest first. */
  open(): Promise<readonly RunLine[]>;
  /**
   * Takes a run: nobody has it, or its holder's lease has run out, or `gone` names its holder (known to be dead). Raises the
   * fence. Null where somebody has it, and of runs that are done, cancelled or not there.
   */
  claim(id: string, holder: string, now: number, millis: number, gone?: string): Promise<RunRow | null>;
  /** False where the fence is another's by now. */
  renew(id: string, fence: number, now: number, millis: number): Promise<boolean>;
  change(id: string, fence: number, change: RunChange): Promise<boolean>;
  /** Lets go of a run, with a last change. */
  release(id: string, fence: number, change: RunChange): Promise<boolean>;
  /** Changes a run that nobody holds (held, queued, failed). False where somebody has it, or its state is none of `from`. */
  steer(id: string, from: readonly RunState[], change: RunChange): Promise<boolean>;

  // What it has done
  pieces(
    run: string,
  ): Promise<readonly { readonly path: string; readonly piece: number; readonly digest: string }[]>;
  addPiece(run: string, fence: number, path: string, piece: number, digest: string): Promise<boolean>;
  /** Accounts, in order of chunk. */
  chunks(run: string): Promise<readonly unknown[]>;
  /** Keeps the account of a chunk and the run's progress. */
  finishChunk(
    run: string,
    fence: number,
    chunk: number,
    account: unknown,
    progress: unknown,
  ): Promise<boolean>;
  close(): Promise<void>;
}
