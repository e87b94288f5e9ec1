/**
 * What batch jobs must remember: a database of its own beside the store, which any number of processes open. One port, one
 * contract suite, SQLite and PostgreSQL. Times are milliseconds since the epoch; JSON comes back as it was put in.
 */
import type { Revision } from '../revisions.ts';
import type { ReadRows, RowOf } from '../row-schema.ts';
import type { PageRequest, RowPage } from '../store.ts';
import type { JOB_ROWS, RUN_LINE_ROWS, RUN_ROWS } from './rows.ts';
import type { RunState } from './run-state.ts';

export type JobRow = RowOf<typeof JOB_ROWS>;

export type RunRow = RowOf<typeof RUN_ROWS>;

/** A run in a list: without what grows with its input. */
export type RunLine = RowOf<typeof RUN_LINE_ROWS>;

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
  jobs(page?: PageRequest): Promise<RowPage<JobRow>>;
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
  runs(job: string, page?: PageRequest): Promise<RowPage<RunLine>>;
  /** Runs that have not ended, oldest first. */
  open(): Promise<ReadRows<RunLine>>;
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

  /** Of jobs, and of runs that have not ended, each under its job. */
  revisions(): Promise<readonly Revision[]>;

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
