/** What `job.py` is told: which rows to read, what to make of them, where to leave them. Pure. */
import type { CellType, OutputColumn } from '../../scorer/scorer.ts';
import type { FrozenInput } from '../chunk.ts';
import type { JobSpec } from '../spec/spec.ts';
import { keptColumns } from '../worker/output.ts';
import { type SparkSource, sparkSource, sparkUnsupported } from './reading.ts';

/** `job.json`, as `job.py` reads it. */
export interface SparkJob {
  readonly schema: 1;
  readonly job: string;
  readonly source: SparkSource;
  /** Columns that the model reads, in its order. */
  readonly inputs: readonly string[];
  /** Columns to keep, the key first. */
  readonly kept: readonly string[];
  readonly outputs: readonly OutputColumn[];
  /** What texts become that the model reads, where the source has nothing but texts. */
  readonly cells: Readonly<Record<string, CellType>>;
  /** URI of the folder that the scored rows are left in. */
  readonly staging: string;
  /** Rows of an Arrow batch at most. */
  readonly batchRows: number;
  /** Name of the file beside `job.json` with answers to the first rows; null: nothing is compared. */
  readonly sample: string | null;
}

/** Columns that a scored row has beside key, carried columns and outputs: what became of it, and why. */
export const VERDICT = ['_outcome', '_code', '_column', '_reason'] as const;
/** Its text, where it has no answer. */
export const RAW = '_raw';
const RESERVED: ReadonlySet<string> = new Set([...VERDICT, RAW]);

/** What a job is planned from. */
export interface SparkJobParts {
  readonly spec: JobSpec;
  readonly frozen: FrozenInput;
  readonly inputs: readonly string[];
  readonly types: ReadonlyMap<string, CellType>;
  readonly outputs: readonly OutputColumn[];
  readonly staging: string;
  readonly sample: string | null;
}

/** Of an Arrow batch, if each cell takes 8 bytes: enough to forget what a batch costs, little enough for caches. */
const BATCH_BYTES = 4 << 20;
const BATCH_ROWS = { min: 100, max: 10_000 } as const;

/** Types that Spark reads as they are, and gives back as they were. */
const KEPT =
  /^(BOOLEAN|U?(TINY|SMALL)INT|U?INTEGER|BIGINT|FLOAT|DOUBLE|VARCHAR|DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE|BLOB|DECIMAL\(\d+,\s*\d+\))$/;

/** Throws SPARK_UNSUPPORTED where Spark would not read the same rows as we do. */
export function sparkJob(parts: SparkJobParts): SparkJob {
  const { spec, frozen, inputs, types, outputs, staging, sample } = parts;
  const kept = keptColumns(spec);
  const columns = new Map(frozen.columns.map(({ name, type }) => [name, type]));
  const bad = kept.find((name) => !KEPT.test(columns.get(name) ?? ''));
  if (bad !== undefined) throw sparkUnsupported(`column "${bad}" is ${columns.get(bad)}`);
  const reserved = [...kept, ...outputs.map(({ name }) => name)].find((name) => RESERVED.has(name));
  if (reserved !== undefined)
    throw sparkUnsupported(`"${reserved}" is the name of a column that scored rows have for themselves`);
  const source = sparkSource(spec, frozen);
  const isText = source.format === 'csv';
  const rows = Math.floor(BATCH_BYTES / (8 * Math.max(1, inputs.length)));
  return {
    schema: 1,
    job: spec.job,
    source,
    inputs,
    kept,
    outputs,
    cells: isText ? Object.fromEntries(inputs.map((name) => [name, types.get(name) ?? 'string'])) : {},
    staging,
    batchRows: Math.min(BATCH_ROWS.max, Math.max(BATCH_ROWS.min, rows)),
    sample,
  };
}
