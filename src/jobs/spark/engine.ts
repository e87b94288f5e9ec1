/** Scores a whole input on Spark. What comes back is an input itself: scored rows, for workers and sinks to publish. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { AcceptedVersion } from '../../registry/version.ts';
import { openScorer } from '../../scorer/open.ts';
import type { OutputColumn } from '../../scorer/scorer.ts';
import type { Chunk, FrozenInput, FrozenItem } from '../chunk.ts';
import { changedItem } from '../run/plan.ts';
import { openSource } from '../sources/open.ts';
import type { JobSource } from '../sources/source.ts';
import { filledUri } from '../spec/redaction.ts';
import type { JobSpec, SparkSpec } from '../spec/spec.ts';
import { forecast, type SparkForecast } from './forecast.ts';
import { sparkJob } from './job.ts';
import { writeProject } from './project.ts';
import { MEASURE_MILLIS, scoreSample, type ThroughputSample } from './sample.ts';
import {
  freezeNow,
  freezeStaged,
  keepScored,
  readScored,
  type ScoredRows,
  type SparkReport,
  stagedSpec,
} from './staging.ts';
import { type SparkEvent, submitToSpark } from './submit.ts';

export interface SparkRun {
  readonly spec: JobSpec;
  readonly run: string;
  /** From 1; each has a staging area of its own, so that a Spark that lives on disturbs nobody. */
  readonly attempt: number;
  /** Of the run. */
  readonly folder: string;
  readonly model: Pick<AcceptedVersion, 'bundle' | 'manifest'>;
  readonly source: JobSource;
  readonly frozen: FrozenInput;
  /** Chunks of the input; a sample is taken from the first. */
  readonly chunks: readonly Chunk[];
  readonly inputs: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  /** Whether chunks of scored rows have reached the sink already. */
  readonly begun: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Said once Spark has answered the sample as this machine did, before the input is scored. */
  readonly onForecast: (forecast: SparkForecast) => void;
  /** From 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** What a run goes on with: the same job, whose source are the scored rows. */
export interface SparkScored {
  readonly spec: JobSpec;
  readonly outputs: readonly OutputColumn[];
  readonly frozen: FrozenInput;
  readonly chunks: readonly Chunk[];
  /** For the receipt. */
  readonly report: SparkReport;
}

/**
 * Scores the input, or finds that this was done before. Throws SPARK_MISSING, SPARK_DIFFERS, SPARK_FAILED,
 * SPARK_UNSUPPORTED, INPUT_CHANGED, and the reason of `signal`.
 */
export async function scoreOnSpark(run: SparkRun): Promise<SparkScored> {
  const record = readScored(run.folder) ?? (await scoreAfresh(run));
  const spec = stagedSpec(run.spec, record.staging);
  const staged = await openSource(spec, run.secrets);
  try {
    const chunks = await staged.chunks(record.frozen, spec.options.chunkRows);
    return { spec, outputs: record.outputs, frozen: record.frozen, chunks, report: record.report };
  } finally {
    await staged.close();
  }
}

async function scoreAfresh(run: SparkRun): Promise<ScoredRows> {
  const { spec, folder, attempt, frozen } = run;
  if (run.begun)
    throw failed(
      run,
      'some of its chunks are written already, from rows that are not there any more or were scored here',
    );
  const project = join(folder, 'spark', `attempt-${attempt}`);
  await rm(project, { recursive: true, force: true });
  await mkdir(project, { recursive: true });
  const staging = join(clusterOf(spec).staging ?? project, `${run.run}-${attempt}`);
  const planned = await plan(run, project, staging);
  const said = await runJob(run, project, planned.sample);
  await assertUnchanged(run);
  const staged = await freezeStaged(stagedSpec(spec, staging), run.signal);
  if (frozen.rows !== null && staged.rows !== frozen.rows)
    throw failed(run, `it read ${staged.rows} rows, there are ${frozen.rows}`);
  const { cells, ...others } = said;
  const report = { master: clusterOf(spec).master, ...others, sample: { ...planned.sample, cells } };
  const scored: ScoredRows = { staging, outputs: planned.outputs, frozen: staged, report };
  await keepScored(folder, scored);
  return scored;
}

interface Planned {
  readonly sample: ThroughputSample;
  readonly outputs: readonly OutputColumn[];
}

/** Scores the sample here, and writes down what Spark is given. */
async function plan(run: SparkRun, project: string, staging: string): Promise<Planned> {
  const { spec, source, frozen, inputs, model, clock } = run;
  const scorer = await openScorer(model, inputs);
  try {
    const { types, outputs } = scorer;
    const columns = [...new Set([spec.key, ...inputs])];
    const filled = withUri(spec, sourceUri(run));
    const job = sparkJob({ spec: filled, frozen, inputs, types, outputs, staging, sample: 'sample.parquet' });
    const sample = await scoreSample({
      reader: source.reader(frozen, columns, types),
      chunk: elementAt(run.chunks, 0),
      key: spec.key,
      scorer,
      path: join(project, 'sample.parquet'),
      folder: project,
      measureMillis: MEASURE_MILLIS,
      clock,
    });
    await writeProject(project, { job, model });
    return { sample, outputs };
  } finally {
    await scorer.close();
  }
}

interface Said {
  readonly spark: string;
  readonly cells: number;
  readonly seconds: number;
  readonly forecast: SparkForecast;
}

async function runJob(run: SparkRun, project: string, sample: ThroughputSample): Promise<Said> {
  const { spec, frozen, onForecast, onProgress } = run;
  const { master, conf } = clusterOf(spec);
  const said = { spark: '', cells: 0, seconds: 0, forecast: expected(run, sample, 1) };
  const onEvent = (event: SparkEvent): void => {
    if (event.event === 'started') {
      said.spark = event.spark;
      said.forecast = expected(run, sample, event.parallelism);
    }
    if (event.event === 'sample') {
      said.cells = event.cells;
      onForecast(said.forecast);
    }
    if (event.event === 'progress') onProgress(event.done / event.tasks);
    if (event.event === 'scored') said.seconds = event.seconds;
  };
  await submitToSpark({
    job: spec.job,
    run: run.run,
    project,
    master,
    conf: { ...nodeHere(master), ...conf },
    secrets: frozen.items[0]?.kind === 'table' ? credentials(sourceUri(run)) : {},
    log: join(run.folder, 'spark.log'),
    signal: run.signal,
    onEvent,
  });
  return said;
}

/** Of a job that has one: others are not scored here. */
function clusterOf({ job, spark }: JobSpec): SparkSpec {
  if (spark !== undefined) return spark;
  throw new PlimsollError('INTERNAL', { action: `job ${job} on Spark`, reason: 'it names no cluster' });
}

const expected = (
  { spec, frozen }: SparkRun,
  { rowsPerSecond }: ThroughputSample,
  cores: number,
): SparkForecast => forecast(frozen.rows, rowsPerSecond, cores, spec.options.hourlyCost);

/** On this machine, Spark's workers use the Node that runs this. */
const nodeHere = (master: string): { readonly [name: string]: string } =>
  master.startsWith('local') ? { 'spark.plimsoll.node': process.execPath } : {};

/** With what is secret in it, and with what the environment says. */
const sourceUri = ({ spec, secrets }: SparkRun): string => filledUri(spec.source.uri, secrets);

const withUri = (spec: JobSpec, uri: string): JobSpec => ({ ...spec, source: { ...spec.source, uri } });

/** User and password of a database's URI, which the reader of tables is told apart from it. */
function credentials(uri: string): { readonly [name: string]: string } {
  const { username, password } = new URL(uri);
  return {
    ...(username && { user: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  };
}

/** Files are looked at; tables are read once more, for Spark reads them without a snapshot. */
async function assertUnchanged({ source, frozen, signal }: SparkRun): Promise<void> {
  const isTable = frozen.items.some(({ kind }) => kind === 'table');
  const changed = isTable
    ? changedTable(frozen, await freezeNow(source, signal))
    : changedItem(frozen, await source.list());
  if (changed === null) return;
  throw new PlimsollError('INPUT_CHANGED', {
    path: changed.path,
    found: 'another state after Spark had read it',
    wanted: 'what was frozen',
  });
}

function changedTable(frozen: FrozenInput, now: FrozenInput): FrozenItem | null {
  const digests = new Map(now.items.map(({ path, digest }) => [path, digest]));
  return frozen.items.find(({ path, digest }) => digests.get(path) !== digest) ?? null;
}

const failed = ({ spec, run, folder }: SparkRun, reason: string): PlimsollError =>
  new PlimsollError('SPARK_FAILED', { job: spec.job, run, log: join(folder, 'spark.log'), reason });
