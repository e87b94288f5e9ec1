/** What a job is, as it is kept and fingerprinted. Pure. */

export interface JobSpec {
  /** Letters, digits, `.`, `_`, `-`; at most 128. */
  readonly job: string;
  /** Path of a model file, `M`, `M@V` or `M@alias`. */
  readonly model: string;
  readonly source: SourceSpec;
  /** Column that names a row. */
  readonly key: string;
  /** Columns to carry into the output. */
  readonly columns: readonly string[];
  /** Columns that the model reads, in its order; where it is null they are found by name, or are all others. */
  readonly features: readonly string[] | null;
  readonly sink: SinkSpec;
  readonly options: JobOptions;
  /** Absolute path of a file for the rows without an answer; in the folder of the run where it is left out. */
  readonly rejects?: string;
  /** Of a replay: the output of the run before it, whose rows are published again together with those of this one. */
  readonly carried?: SourceSpec;
  /** Where it is scored: on this cluster, or in lanes of this machine where it is left out. The rows are the same. */
  readonly spark?: SparkSpec;
}

/** A Spark that scores a job. */
export interface SparkSpec {
  /** `local[2]`, `spark://host:7077`, `yarn`, `k8s://…`. */
  readonly master: string;
  /** Options of `spark-submit --conf`. */
  readonly conf: Readonly<Record<string, string>>;
  /** Folder that driver, executors and this machine all see, for what is scored and not yet published; null: that of the run. */
  readonly staging: string | null;
}

export type FileFormat = 'parquet' | 'csv' | 'jsonl' | 'arrow';

/**
 * By its `uri`: a path, glob or folder (`data/2026/*.parquet`, `data/day=2026-11-01/`), `s3://bucket/prefix*.csv`,
 * `https://…`, `postgres://…?table=t` or `?query=…`, `sqlite:FILE?table=t`, `duckdb:FILE?table=t`. Passwords in it are
 * kept apart (`secrets.ts`): neither ledger nor receipt nor log has them.
 */
export interface SourceSpec {
  readonly uri: string;
  /** By the name's extension where it is null. */
  readonly format: FileFormat | null;
  /** Of what the URI matches, only these: a run for files that have arrived. */
  readonly only?: readonly string[];
}

export interface SinkSpec {
  /** As of sources; a path that ends in `/` is a folder of parts with a manifest. */
  readonly uri: string;
  readonly format: FileFormat | null;
  /** `append` adds rows; `upsert` replaces those of the same key (databases only). */
  readonly mode: 'append' | 'upsert';
  /** `whole`: nothing is to be seen before all has been checked; `chunks`: each chunk when it is done (PostgreSQL only). */
  readonly publish: 'whole' | 'chunks';
  /** Extra columns: time of the prediction, `M@V`, id of the row's scoring (`<run>-<row>`). */
  readonly stamps: readonly ('predicted_at' | 'model_version' | 'request_id')[];
}

export interface JobOptions {
  /** Rows of a chunk at most. */
  readonly chunkRows: number;
  /** Processes that score at the same time. */
  readonly lanes: number;
  /** The run fails when more rows than this were not `ok`: a count, a share of the rows read, or null for any. */
  readonly budget: { readonly rows: number | null; readonly share: number | null };
  /** What becomes of the second row of a key: refuse the run, leave the row out, or write both. */
  readonly duplicates: 'fail' | 'skip' | 'allow';
  /** A run whose outputs are distributed further than this from the last one's (0 to 1) is held back; null: never. */
  readonly holdDistance: number | null;
  /** A run with fewer rows than this share of the last one's, or more than its inverse, is held back; null: never. */
  readonly holdRows: number | null;
  /** Price of an hour of this machine, for the receipt. */
  readonly hourlyCost: number | null;
}
