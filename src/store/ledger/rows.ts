/** The tables of batch jobs as they are in both databases, and their rows, by the rules of the store's (`../rows.ts`). */
import { anyInteger, anyText, anything, choice } from '../../schema/value-schema.ts';
import { flagColumn, jsonColumn, type KeptRow, orNull, RowSchema } from '../row-schema.ts';
import { CAUSES, RUN_STATES } from './run-state.ts';

const anyJson = jsonColumn(anything);

export const JOB_ROWS = new RowSchema('jobs', ['name'], {
  name: anyText,
  /** A `JobSpec`, without secrets. */
  spec: anyJson,
  /** Triggers, retries, limits (`jobs/schedule`), or null where it is only run by hand. */
  schedule: anyJson,
  paused: flagColumn,
  createdAt: anyInteger,
  createdBy: anyText,
  /** What a trigger must remember: files it has seen, its last look. */
  memory: anyJson,
  /** Grows with every change. */
  generation: anyInteger,
});

const LISTED = {
  id: anyText,
  job: anyText,
  /** From 1 in its job. */
  number: anyInteger,
  cause: choice(CAUSES),
  /** What it was started for; a job has one run of each: `manual/<id>`, `schedule/2026-11-01T02:00:00+01:00`, `files/<digest>` … */
  due: anyText,
  /** The job's spec when it began. */
  spec: anyJson,
  state: choice(RUN_STATES),
  /** From 1. */
  attempt: anyInteger,
  createdAt: anyInteger,
  startedAt: orNull(anyInteger),
  endedAt: orNull(anyInteger),
  /** Not to be started before. */
  notBefore: anyInteger,
  /** Name of the process that has it, as of `holderOf`; null where nobody has. */
  holder: orNull(anyText),
  fence: anyInteger,
  leaseUntil: anyInteger,
  fingerprint: orNull(anyText),
  receipt: anyJson,
  /** Of the last attempt: `{code, message, hint, details}`. */
  error: anyJson,
  /** Rows read so far and the rest, for lists; the truth is in the chunks. */
  progress: anyJson,
};

/** Runs in a list: without what grows with their input. */
export const RUN_LINE_ROWS = new RowSchema('runs', ['id'], LISTED);

export const RUN_ROWS = new RowSchema('runs', ['id'], {
  ...LISTED,
  /** What the fingerprint was made of, for the difference. */
  facts: anyJson,
  /** Frozen input and chunks. */
  plan: anyJson,
});

export const CHUNK_ROWS = new RowSchema('chunks', ['run', 'chunk'], {
  run: anyText,
  chunk: anyInteger,
  account: anyJson,
});

export interface LedgerTables {
  schemaVersions: { version: number; name: string };
  jobs: KeptRow<typeof JOB_ROWS>;
  runs: KeptRow<typeof RUN_ROWS>;
  /** Digests of parts of the input. */
  pieces: { run: string; path: string; piece: number; digest: string };
  chunks: KeptRow<typeof CHUNK_ROWS>;
}
