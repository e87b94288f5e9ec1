/** What is told of jobs and runs: the types of the port, what the control API publishes, and what is wanted of its answers. */
import {
  anyInteger,
  anyNumber,
  anyText,
  anything,
  choice,
  described,
  flag,
  list,
  nullable,
  schemaOf,
  shape,
  tableOf,
} from '../schema/value-schema.ts';
import { CAUSES, RUN_STATES } from '../store/ledger/run-state.ts';
import type { JobSchedule } from './schedule/schedule.ts';
import { JOB_SPEC } from './spec/stored-spec.ts';

const times = described(anyInteger, 'Milliseconds since the epoch');

const ROWS = shape({
  ...{ read: anyInteger, ok: anyInteger, rejected: anyInteger, failed: anyInteger, skipped: anyInteger },
});

const CHECKS = list(shape({ name: anyText, ok: flag, detail: anyText }));

const PROGRESS = shape(
  {
    rows: ROWS,
    chunks: shape({ done: anyInteger, of: anyInteger }),
    seconds: described(anyNumber, 'That were worked on it, over all attempts'),
  },
  { checks: CHECKS },
);

const FAILURE = shape({ code: anyText, message: anyText, hint: anyText }, { details: anything });

/** What people look at of a receipt; the whole of it is `RunReceipt`. */
const RECEIPT = shape(
  {
    rows: ROWS,
    model: shape({
      ...{ name: nullable(anyText), version: nullable(anyInteger), file: anyText },
      ...{ digest: anyText, runtime: anyText },
    }),
    digests: shape({ input: anyText, keys: anyText, output: nullable(anyText) }),
    inputItems: anyInteger,
    output: shape({ where: anyText, rows: anyNumber }),
    ...{ chunks: anyInteger, startedAt: anyText, endedAt: anyText, seconds: anyNumber },
    ...{ rowsPerSecond: anyNumber, attempts: anyInteger },
    rejects: nullable(shape({ where: anyText, rows: anyNumber })),
    checks: CHECKS,
    fingerprint: anyText,
    plimsoll: anyText,
  },
  {
    cost: shape({ hourly: anyNumber, total: anyNumber }),
    spark: anything,
  },
);

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
  progress: schemaOf<unknown>(
    described(nullable(PROGRESS), 'Rows of the chunks that are done; null before the first'),
  ),
  error: schemaOf<unknown>(described(nullable(FAILURE), 'Why its last attempt failed')),
  receipt: schemaOf<unknown>(
    described(
      nullable(RECEIPT),
      'docs/receipts.md; without `accounts` and `distributions` where it is to be brief',
    ),
  ),
});

const STORED_SCHEDULE = shape({
  triggers: list(
    shape(
      { kind: anyText },
      {
        ...{ cron: anyText, timeZone: anyText, misfire: anyText },
        ...{ settleSeconds: anyNumber, job: anyText, url: anyText, channel: anyText },
        ...{ stream: anyText, subject: anyText, brokers: list(anyText), topic: anyText },
      },
    ),
  ),
  retries: shape({ attempts: anyInteger, firstSeconds: anyNumber, longestSeconds: anyNumber }),
  timeoutSeconds: nullable(anyNumber),
  overlap: choice(['queue', 'skip']),
});

export const JOB_VIEW = shape({
  name: anyText,
  spec: described(JOB_SPEC, 'As `plimsoll batch run` writes it down'),
  schedule: described(
    nullable(schemaOf<JobSchedule>(STORED_SCHEDULE)),
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

const OUTCOME = choice(['rejected', 'failed', 'skipped']);

/** A row without an answer. */
export const REJECT_VIEW = shape({
  outcome: OUTCOME,
  code: described(anyText, 'What is wrong, for programs'),
  column: nullable(anyText),
  reason: described(anyText, 'What was found, and what was wanted'),
  path: anyText,
  line: described(nullable(anyInteger), 'From 1, in text files'),
  row: described(anyInteger, 'Of its file or chunk, from 0'),
  key: nullable(anyText),
  raw: described(anyText, 'The record as it stood there, at most 4,000 characters of it'),
  cells: described(
    nullable(tableOf(anyText, anything)),
    'By column; null where they cannot be told apart, or are told in part',
  ),
});

/** Rows without an answer by what is wrong with them. */
export const REJECT_GROUPS = shape({
  groups: list(
    shape({
      outcome: OUTCOME,
      code: anyText,
      column: nullable(anyText),
      reason: described(anyText, 'Of the first one'),
      rows: anyInteger,
    }),
  ),
  rows: described(anyInteger, 'That were looked at'),
  isWhole: described(flag, 'False where there are more than are looked at'),
});

/** A column of the output beside what it was in the run before. */
export const COLUMN_COMPARISON = shape({
  column: anyText,
  kind: choice(['numbers', 'labels', 'buckets']),
  distance: described(
    nullable(anyNumber),
    'From 0 to 1: of numbers the greatest difference of their cumulative shares, else half the sum of the differences of shares',
  ),
  bars: list(
    shape({
      label: nullable(anyText),
      from: nullable(anyNumber),
      to: nullable(anyNumber),
      share: anyNumber,
      before: nullable(anyNumber),
    }),
  ),
  isWhole: described(flag, 'False where there are more values than bars'),
});

export const RUN_OUTPUTS = shape({
  before: described(
    nullable(shape({ run: anyText, number: anyInteger })),
    'The run that was done before; null where there is none',
  ),
  columns: list(COLUMN_COMPARISON),
});
