/** What a job is, as it is kept and fingerprinted. Pure. */
import type { Static } from 'typebox';
import type { EXPLAIN, FORMATS, OPTIONS, SINK, SOURCE } from './document.ts';
import type { SPARK } from './spark.ts';

/** What is said of a model file that the file itself leaves open; each absent where nothing was. */
export interface JobChoices {
  readonly member?: string | undefined;
  /** The number that is missing beside NaN. */
  readonly missing?: number | undefined;
  /** The first iterations of boosting, or trees of a forest. */
  readonly iterations?: number | undefined;
}

export interface JobSpec {
  /** Letters, digits, `.`, `_`, `-`; at most 128. */
  readonly job: string;
  /** Path of a model file or folder, `M`, `M@V` or `M@alias`. */
  readonly model: string;
  /** What was chosen of that file; absent where nothing was. */
  readonly choices?: JobChoices;
  readonly source: SourceSpec;
  /** Column that names a row. */
  readonly key: string;
  /** Columns to carry into the output. */
  readonly columns: readonly string[];
  /** Columns that the model reads, in its order; where it is null they are found by name, or are all others. */
  readonly features: readonly string[] | null;
  /** Columns of reasons that the output has; absent where it has none. */
  readonly explain?: ExplainSpec;
  readonly sink: SinkSpec;
  readonly options: JobOptions;
  /** Absolute path of a file for the rows without an answer; in the folder of the run where it is left out. */
  readonly rejects?: string;
  /** Of a replay: the output of the run before it, whose rows are published again together with those of this one. */
  readonly carried?: SourceSpec;
  /** Where it is scored: on this cluster, or in workers of this machine where it is left out. The rows are the same. */
  readonly spark?: SparkSpec;
}

/** A Spark that scores a job: `master` is `local[2]`, `spark://host:7077`, `yarn` or `k8s://…`. */
export type SparkSpec = Static<typeof SPARK>;

/** As `explain` of a request, with columns for its answer. */
export type ExplainSpec = Static<typeof EXPLAIN>;

export type FileFormat = (typeof FORMATS)[number];

/**
 * By its `uri`: a path, glob or folder (`data/2026/*.parquet`, `data/day=2026-11-01/`), `s3://bucket/prefix*.csv`,
 * `https://…`, `postgres://…?table=t` or `?query=…`, `sqlite:FILE?table=t`, `duckdb:FILE?table=t`. Passwords in it are
 * kept apart (`secrets.ts`): neither ledger nor receipt nor log has them.
 */
export interface SourceSpec extends Static<typeof SOURCE> {
  /** Of what the URI matches, only these: a run for files that have arrived. */
  readonly only?: readonly string[];
}

/** As of sources; a path that ends in `/` is a folder of parts with a manifest. */
export type SinkSpec = Static<typeof SINK>;

/** How it is done; `hourlyCost` is for the receipt. */
export interface JobOptions extends Omit<Static<typeof OPTIONS>, 'lanes'> {
  /** Worker processes that score at the same time: what people call lanes (`--lanes`) is a number of workers. */
  readonly lanes: number;
}
