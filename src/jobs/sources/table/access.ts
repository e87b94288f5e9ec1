/** What a kind of database does so that its tables can be sources. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { KeyRange, RowDigest, TableSurvey } from './survey.ts';

export interface SourceColumn {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
}

/** A row that cannot be held in the types of its columns. */
export interface BadRow {
  /** From 0, counted among all rows of the range. */
  readonly row: number;
  readonly column: string;
  readonly reason: string;
  /** JSON object of the row, as of `rawOf`. */
  readonly raw: string;
}

export interface LoadedRows extends RowDigest {
  readonly bad: readonly BadRow[];
}

export interface TableAccess {
  /** Table or query as a person would name it, without secrets. */
  readonly shown: string;
  /** Throws SOURCE_INVALID, SOURCE_UNAVAILABLE. */
  describe(): Promise<readonly SourceColumn[]>;
  /** Reads every row once, as of one moment. */
  survey(signal: AbortSignal): Promise<TableSurvey>;
  /**
   * Fills the new table `table` of `db` with the wanted columns of the rows of a range, in the order of keys, and then
   * of digests: the same each time. The tally is of all columns and counts bad rows, too.
   */
  load(range: KeyRange, columns: readonly string[], db: DuckDBConnection, table: string): Promise<LoadedRows>;
  close(): Promise<void>;
}
