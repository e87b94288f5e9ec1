/** Where rows go. One port, one contract suite (`contract.ts`), an implementation a kind of sink. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DuckDBColumn } from '../../duckdb/copy.ts';
import type { ChunkTotals } from '../chunk.ts';
import type { JobSpec } from '../spec/spec.ts';

/** What a sink is opened for. */
export interface SinkRun {
  readonly spec: JobSpec;
  readonly run: string;
  /** Grows with each holder of the run. What an earlier one still writes must not count. */
  readonly fence: number;
  /** Key first, then carried columns, outputs, stamps. */
  readonly columns: readonly DuckDBColumn[];
  /** Folder of this run for what need not survive elsewhere; on the machine of the coordinator and its workers. */
  readonly folder: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The coordinator's side. */
export interface JobSink {
  /**
   * Makes ready what workers write to, and shuts out earlier holders. Answers the accounts of chunks that are there
   * already; `known` are those of the ledger, of which sinks of files return the ones whose part is there unharmed.
   * Throws SINK_INVALID (columns of the target do not fit, each named), SINK_UNAVAILABLE, FENCE_LOST.
   */
  prepare(known: readonly ChunkTotals[]): Promise<readonly ChunkTotals[]>;
  /**
   * Makes all rows visible at once, once; a second call finds that it is done. `accounts` are those of all chunks, in order.
   * Answers what is there now. Throws KEY_DUPLICATE, SINK_UNAVAILABLE, FENCE_LOST.
   */
  publish(
    accounts: readonly ChunkTotals[],
    manifest: Readonly<Record<string, unknown>>,
  ): Promise<PublishedOutput>;
  /**
   * Removes everything of this run that is not published. Called too once a publication has been noted elsewhere: until then
   * the sink keeps what tells a second `publish` that it was done.
   */
  discard(): Promise<void>;
  close(): Promise<void>;
}

export interface PublishedOutput {
  /** As a person would name it: a path, `postgres://host/db, table t`. */
  readonly where: string;
  readonly rows: number;
  /** sha256 of a single file; null where the target has none. */
  readonly digest: string | null;
}

/** A worker's side. */
export interface SinkWriter {
  /**
   * Writes the rows that `select` gives in `db`, in its order, together with the account; both or neither. Answers the
   * account with `part` set where there is one. Throws SINK_UNAVAILABLE (tried again by the caller), FENCE_LOST,
   * DISK_FULL.
   */
  write(db: DuckDBConnection, select: string, account: ChunkTotals): Promise<ChunkTotals>;
  close(): Promise<void>;
}

export type OpenSink = (run: SinkRun) => Promise<JobSink>;
export type OpenSinkWriter = (run: SinkRun) => Promise<SinkWriter>;
