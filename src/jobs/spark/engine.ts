/** Scores a whole input on Spark. What comes back is an input itself: scored rows, for lanes and sinks to publish. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { AcceptedVersion } from '../../registry/version.ts';
import { openScorer } from '../../scorer/open.ts';
import type { OutputColumn } from '../../scorer/scorer.ts';
import type { Chunk, FrozenInput } from '../chunk.ts';
import { writeDurably } from '../sinks/files/durable.ts';
import { openSource } from '../sources/open.ts';
import type { Source } from '../sources/source.ts';
import type { JobSpec, SparkSpec } from '../spec/spec.ts';
import { type Forecast, forecast } from './forecast.ts';
import { sparkJob } from './job.ts';
import { writeProject } from './project.ts';
import { type Sample, scoreSample } from './sample.ts';
import { type SparkEvent, submit } from './submit.ts';

export interface SparkRun {
  readonly spec: JobSpec & { readonly spark: SparkSpec };
  readonly run: string;
  /** From 1; each has a staging area of its own, so that a Spark that lives on disturbs nobody. */
  readonly attempt: number;
  /** Of the run. */
  readonly folder: string;
  readonly model: Pick<AcceptedVersion, 'bundle' | 'manifest'>;
  readonly source: Source;
  readonly frozen: FrozenInput;
  /** Chunks of the input; a sample is taken from the first. */
  readonly chunks: readonly Chunk[];
  readonly inputs: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  /** Whether chunks of scored rows have reached the sink already. */
  readonly begun: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onForecast: (forecast: Forecast) => void;
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

export interface SparkReport {
  readonly master: string;
  readonly spark: string;
  readonly sample: Sample & { readonly cells: number };
  readonly forecast: Forecast;
  /** Of scoring, without start. */
  readonly seconds: number;
}

/** What is written down once all rows are scored: from then on, Spark is not needed any more. */
interface ScoredRecord {
  readonly staging: string;
  readonly outputs: readonly OutputColumn[];
  readonly frozen: FrozenInput;
  readonly report: SparkReport;
}

const recordPath = (folder: string): string => join(folder, 'spark', 'scored.json');

/** Removes what a run on Spark has left in its folder. */
export const discardStaging = (folder: string): Promise<void> =>
  rm(join(folder, 'spark'), { recursive: true, force: true });

/**
 * Scores the input, or finds that this was done before. Throws SPARK_MISSING, SPARK_DIFFERS, SPARK_FAILED,
 * SPARK_UNSUPPORTED, INPUT_CHANGED, and the reason of `signal`.
 */
export async function scoreOnSpark(run: SparkRun): Promise<SparkScored> {
  const record = readRecord(run) ?? (await scoreAfresh(run));
  const spec = stagedSpec(run.spec, record.staging);
  const staged = await openSource(spec, run.secrets);
  try {
    const chunks = await staged.chunks(record.frozen, spec.options.chunkRows);
    return { spec, outputs: record.outputs, frozen: record.frozen, chunks, report: record.report };
  } finally {
    await staged.close();
  }
}

const stagedSpec = (spec: JobSpec, staging: string): JobSpec => ({
  ...spec,
  source: { uri: staging, format: 'parquet' },
});

function readRecord(run: SparkRun): ScoredRecord | null {
  const path = recordPath(run.folder);
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as ScoredRecord;
  if (!run.begun) return null;
  throw failed(run, 'the scored rows of an earlier attempt are gone, and some of them are written already');
}

async function scoreAfresh(run: SparkRun): Promise<ScoredRecord> {
  const { spec, folder, attempt, frozen } = run;
  const project = join(folder, 'spark', `attempt-${attempt}`);
  await rm(project, { recursive: true, force: true });
  await mkdir(project, { recursive: true });
  const staging = join(spec.spark.staging ?? project, `${run.run}-${attempt}`);
  const planned = await plan(run, project, staging);
  const said = await runJob(run, project, planned.sample);
  await assertUnchanged(run);
  const staged = await freezeStaged(run, staging);
  if (frozen.rows !== null && staged.rows !== frozen.rows)
    throw failed(run, `it read ${staged.rows} rows, there are ${frozen.rows}`);
  const report = { master: spec.spark.master, ...said, sample: { ...planned.sample, cells: said.cells } };
  const record: ScoredRecord = { staging, outputs: planned.outputs, frozen: staged, report };
  await writeDurably(recordPath(folder), JSON.stringify(record));
  return record;
}

interface Planned {
  readonly sample: Sample;
  readonly outputs: readonly OutputColumn[];
}

/** Scores the sample here, and writes down what Spark is given. */
async function plan(run: SparkRun, project: string, staging: string): Promise<Planned> {
  const { spec, source, frozen, inputs, model, clock } = run;
  const scorer = await openScorer(model, inputs);
  try {
    const { types, outputs } = scorer;
    const columns = [...new Set([spec.key, ...inputs])];
    const job = sparkJob({ spec, frozen, inputs, types, outputs, staging, sample: 'sample.parquet' });
    const sample = await scoreSample({
      reader: source.reader(frozen, columns, types),
      chunk: run.chunks[0]!,
      key: spec.key,
      scorer,
      path: join(project, 'sample.parquet'),
      folder: project,
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
  readonly forecast: Forecast;
}

async function runJob(run: SparkRun, project: string, sample: Sample): Promise<Said> {
  const { spec, frozen, onForecast, onProgress } = run;
  const said = { spark: '', cells: 0, seconds: 0, forecast: expected(run, sample, 1) };
  const hear = (event: SparkEvent): void => {
    if (event.event === 'started') {
      said.spark = event.spark;
      said.forecast = expected(run, sample, event.parallelism);
      onForecast(said.forecast);
    }
    if (event.event === 'sample') said.cells = event.cells;
    if (event.event === 'progress') onProgress(event.done / event.tasks);
    if (event.event === 'scored') said.seconds = event.seconds;
  };
  await submit({
    job: spec.job,
    run: run.run,
    project,
    master: spec.spark.master,
    conf: { ...nodeHere(spec.spark.master), ...spec.spark.conf },
    secrets: frozen.items[0]?.kind === 'table' ? credentials(spec.source.uri) : {},
    log: join(run.folder, 'spark.log'),
    signal: run.signal,
    onEvent: hear,
  });
  return said;
}

const expected = ({ spec, frozen }: SparkRun, { rowsPerSecond }: Sample, cores: number): Forecast =>
  forecast(frozen.rows, rowsPerSecond, cores, spec.options.hourlyCost);

/** On this machine, Spark's workers use the Node that runs this. */
const nodeHere = (master: string): { readonly [name: string]: string } =>
  master.startsWith('local') ? { 'spark.plimsoll.node': process.execPath } : {};

/** User and password of a database's URI, which the reader of tables is told apart from it. */
function credentials(uri: string): { readonly [name: string]: string } {
  const { username, password } = new URL(uri);
  return {
    ...(username && { user: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  };
}

/** Files are looked at; tables are read once more, for Spark reads them without a snapshot. */
async function assertUnchanged(run: SparkRun): Promise<void> {
  const { source, frozen, signal } = run;
  const isTable = frozen.items.some(({ kind }) => kind === 'table');
  const now = isTable ? await source.freeze(withoutPieces(signal)) : await source.list();
  const there = new Map(now.items.map((item) => [item.path, item]));
  for (const item of frozen.items) {
    const found = there.get(item.path);
    const same =
      item.kind === 'file'
        ? found?.kind === 'file' && found.size === item.size && found.mtimeMs === item.mtimeMs
        : found?.digest === item.digest;
    if (same) continue;
    throw new PlimsollError('INPUT_CHANGED', {
      path: item.path,
      found: 'another state after Spark had read it',
      wanted: 'what was frozen',
    });
  }
}

const withoutPieces = (signal: AbortSignal): Parameters<Source['freeze']>[0] => ({
  pieces: { get: () => undefined, put: () => Promise.resolve() },
  onProgress: () => undefined,
  signal,
});

async function freezeStaged({ spec, secrets, signal }: SparkRun, staging: string): Promise<FrozenInput> {
  const source = await openSource(stagedSpec(spec, staging), secrets);
  try {
    return await source.freeze(withoutPieces(signal));
  } finally {
    await source.close();
  }
}

const failed = ({ spec, run, folder }: SparkRun, reason: string): PlimsollError =>
  new PlimsollError('SPARK_FAILED', { job: spec.job, run, log: join(folder, 'spark.log'), reason });
