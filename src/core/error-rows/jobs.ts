import { EXIT } from '../exit-codes.ts';
import { type ErrorAreas, row } from './row.ts';

/** Errors of batch jobs. */
export const JOBS_AREAS = {
  // src/scorer
  'Scoring columns': {
    INPUT_COLUMNS: row(422, EXIT.failed, 'Cannot bind the columns of the input to the model: {problem}', 'Name columns that are there (--key, --columns), and those that the model reads, in its order: --features A,B,C; `plimsoll inspect` shows its signature'),
    BATCH_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot score tables with {model}: {reason}', 'Export the model with a free batch dimension, and with one row of output for each row of input'),
  },
  // src/jobs/spec, plan, receipt
  'What batch jobs are: definitions, plans, receipts': {
    SPEC_INVALID: row(422, EXIT.usage, 'Cannot use job {job}: {problems}', 'Correct every part named above; see `plimsoll batch run --help`'),
    SECRET_MISSING: row(422, EXIT.usage, 'Cannot fill in {name} of job {job}: {found}, its value was wanted', '{way}'),
    REFERENCE_UNLISTED: row(403, EXIT.usage, 'Cannot use {name} for {what}: it is not among the references of this server', 'List it where the server is started: {setting}={reference} (or `references` of plimsoll.yaml), or call the variable PLIMSOLL_SECRET_…'),
    ADDRESS_FORBIDDEN: row(403, EXIT.refused, 'Cannot connect to {host}: {address} is link-local, where clouds keep the credentials of a machine', 'Name another address; where it has to be this one, allow it: {setting}'),
    JOB_RUNNING: row(409, EXIT.failed, 'Cannot take job {job}: {holder} works on its run {run}', 'Let it come to its end, or end that process; where its machine is gone, the run is free once its lease has run out, in half a minute'),
    JOB_CHANGED: row(409, EXIT.failed, 'Cannot go on with job {job}: it is not what its run {run} began with: {differences}', 'Bring back what the run began with, or start another job under a new name: --job NAME; a run that is done is followed by another one with --again, one that is not is dropped by `plimsoll batch discard {job}`'),
    ROWS_DO_NOT_ADD_UP: row(500, EXIT.failed, 'Cannot close the books: in {where}, {found}, {wanted} wanted', 'This is a defect of Plimsoll: report it with the log of the run; nothing was published'),
    RECEIPT_INVALID: row(422, EXIT.failed, 'Cannot trust the receipt: {reason}', 'Get it again from where it was made: `plimsoll batch receipt JOB --json`'),
  },
  // src/jobs/run
  'Runs of batch jobs': {
    LANE_MEMORY: row(500, EXIT.failed, 'Cannot work on {path}: its rows take more memory than a lane has: {reason}', 'Read and carry fewer columns (--columns), or take smaller chunks (--chunk-rows)'),
    LANE_DIED: row(500, EXIT.failed, 'Cannot finish {action}: the process that does it ended each time ({reason})', 'See its last words above and the log of the run; a chunk that takes too much memory gets smaller with --chunk-rows'),
    JOB_INTERRUPTED: row(503, EXIT.failed, 'Stopped run {run} of job {job}: {done} of {of} chunks are done, and kept', 'Go on where it is: `plimsoll batch resume {job}`'),
    JOB_HELD: row(409, EXIT.failed, 'Held back the output of job {job}, run {run}: {reason}', 'Publish it all the same: `plimsoll batch release {job}`; or drop it: `plimsoll batch discard {job}`'),
    JOB_STATE: row(409, EXIT.failed, 'Cannot {action} job {job}: its last run {found}, {wanted} was wanted', '{way}'),
    REJECTS_ELSEWHERE: row(404, EXIT.failed, 'Cannot read the rows without an answer of run {run} of job {job}: {path} is not on this machine', 'Ask the server that worked on the run, or open the file where it is'),
    BUDGET_EXCEEDED: row(422, EXIT.failed, 'Stopped job {job}: {bad} of {read} rows have no answer, at most {budget} were wanted', 'See why in {rejects}; mend the rows and run the job again, or raise --max-bad'),
  },
  // src/jobs/sources
  'Sources of batch jobs': {
    SOURCE_INVALID: row(422, EXIT.usage, 'Cannot read rows from {where}: {reason}', 'Correct the source: --input; docs/batch.md lists the kinds of sources'),
    SOURCE_UNAVAILABLE: row(503, EXIT.failed, 'Cannot reach {where}: {reason}', 'Once it answers, finish the job where it is: `plimsoll batch resume JOB`'),
    INPUT_EMPTY: row(422, EXIT.failed, 'Cannot score {path}: there are no rows in it', 'Check the source, and what should have written to it'),
    INPUT_CHANGED: row(409, EXIT.failed, 'Cannot read {path}: found {found}, wanted {wanted}', 'The input of a run may not change while it is worked on: restore it, or start another run under a new --job'),
  },
  // src/jobs/sinks
  'Sinks of batch jobs': {
    SINK_INVALID: row(422, EXIT.usage, 'Cannot write to {where}: {problems}', 'Make the target fit what is named above, or choose another one: --output'),
    SINK_UNAVAILABLE: row(503, EXIT.failed, 'Cannot reach {where}: {reason}', 'Once it answers, finish the job where it is: `plimsoll batch resume {job}`'),
    FENCE_LOST: row(409, EXIT.failed, 'Cannot go on with run {run}: another process has taken it over', 'See how it is getting on: `plimsoll batch status`'),
    KEY_DUPLICATE: row(422, EXIT.failed, 'Cannot publish to {where}: {found}, each key once was wanted', 'Give a key that names one row (--key), or say what becomes of the second one: --duplicates skip'),
    DISK_FULL: row(507, EXIT.failed, 'Cannot write "{path}": {free} bytes are free, {wanted} or more were wanted', 'Make room, then finish the job where it is: `plimsoll batch resume JOB`; nothing was half published'),
  },
  // src/jobs/spark
  'Batch jobs on Spark': {
    SPARK_MISSING: row(422, EXIT.usage, 'Cannot start Spark: there is no {program} here', 'Install it (`pip install pyspark`, with Java 17 and pyarrow), or set SPARK_HOME; without --engine spark the job runs here'),
    SPARK_FAILED: row(500, EXIT.failed, 'Cannot finish run {run} on Spark: {reason}', 'See {log}; what was scored is not published, finish the job with `plimsoll batch resume {job}`'),
    SPARK_DIFFERS: row(409, EXIT.failed, 'Stopped job {job} before it began: of the sample, key {key} has {column} {spark} on Spark, {local} here', 'Report this with both machines; the job runs here without --engine spark'),
    SPARK_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot run the job on Spark: {reason}', 'Run it here, without --engine spark, or bring the input to Parquet'),
  },
  // src/jobs
  'Batch jobs': {
    JOB_UNKNOWN: row(404, EXIT.usage, 'Cannot find job "{job}": there is {known}{near}', 'Use the name of a job that there is, or begin one: `plimsoll batch run --job {job} …`'),
    RUN_UNKNOWN: row(404, EXIT.usage, 'Cannot find run {run} of job {job}: there is none of that id', '`plimsoll batch status {job}` lists its runs'),
    WEBHOOK_UNKNOWN: row(404, EXIT.usage, 'Cannot start job {job} by a webhook: its schedule has no such trigger', 'Add `webhook` to its triggers: PUT /api/v1/jobs/{job}/schedule, or schedule in plimsoll.yaml'),
    JOB_PAUSED: row(409, EXIT.failed, 'Cannot start job {job}: it is paused, a job that may run was wanted', 'Let it go on: `plimsoll batch unpause {job}`'),
    RUN_DIED: row(503, EXIT.failed, 'Cannot finish run {run} of job {job}: its process ended before it', 'See the log of the server, and that of the run in its data folder; a process that takes too much memory is ended by the system'),
    RUN_TIMEOUT: row(504, EXIT.failed, 'Cannot finish run {run}: it took longer than the {limit} s that its job allows', 'Raise timeoutSeconds of its schedule, or give it more lanes; what it has done is kept'),
  },
} as const satisfies ErrorAreas;
