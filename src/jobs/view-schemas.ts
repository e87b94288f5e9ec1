/** What is told of jobs and runs: the types of the port, what the control API publishes, and what is wanted of its answers. */
import {
  anyInteger,
  anyText,
  anything,
  choice,
  described,
  flag,
  nullable,
  schemaOf,
  shape,
} from '../schema/value-schema.ts';
import { CAUSES, RUN_STATES } from '../store/ledger/run-state.ts';
import type { JobSchedule } from './schedule/schedule.ts';
import type { JobSpec } from './spec/spec.ts';

const times = described(anyInteger, 'Milliseconds since the epoch');

export const RUN_VIEW = shape({
  id: anyText,
  job: anyText,
  number: described(anyInteger, 'From 1 in its job'),
  cause: choice(CAUSES),
  due: described(anyText, 'What it was started for: a job has one run of each'),
  state: choice(RUN_STATES),
  attempt: anyInteger,
  createdAt: times,
  startedAt: nullable(times),
  endedAt: nullable(times),
  /** Not before this time, where it is queued. */
  notBefore: times,
  /** Rows read so far, and what else is known of how far it is. */
  progress: anything,
  /** Why its last attempt failed: `{code, message, hint, details}`. */
  error: anything,
  receipt: anything,
});

export const JOB_VIEW = shape({
  name: anyText,
  spec: described(schemaOf<JobSpec>({ type: 'object' }), 'As `plimsoll batch run` writes it down'),
  schedule: described(
    nullable(schemaOf<JobSchedule>({ type: 'object' })),
    'What starts it by itself, with every default; lengths of time in seconds',
  ),
  paused: flag,
  createdAt: times,
  createdBy: anyText,
  /** When its cron lines start it next. */
  nextAt: nullable(times),
  latest: nullable(RUN_VIEW),
});

export const STARTED_RUN = shape({
  run: RUN_VIEW,
  isNew: described(flag, 'False where what it was to be started for has a run already'),
});
