/** What a SQLite connection is asked and answers, whatever thread it is in. Plain data. Pure. */

export type SqlValue = string | number | Uint8Array | null;

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export type SqliteRequest =
  /** Runs them in order up to the first that fails, and answers what came of the last. Opens the file where it is not. */
  { readonly kind: 'run'; readonly statements: readonly Statement[] } | { readonly kind: 'close' };

/** Rows as lists of values: the names of their columns cross once, not with every row. */
export interface SqliteResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** Rows written by the statement. */
  readonly changes: number;
}

export interface SqliteFailure {
  readonly message: string;
  /** Extended result code of SQLite (https://sqlite.org/rescode.html); null where it was not SQLite that failed. */
  readonly code: number | null;
}

export interface SqliteReply {
  readonly outcome:
    | { readonly kind: 'done'; readonly result: SqliteResult }
    | { readonly kind: 'failed'; readonly failure: SqliteFailure };
  /** Whether a transaction is open now. SQLite ends one by itself where the disk fails. */
  readonly inTransaction: boolean;
}

/** One connection, here or in a thread. Errors are coded. */
export interface SqliteExecutor {
  /** Whether a transaction was open after the last answer. */
  readonly inTransaction: boolean;
  /** Whether it takes nothing any more. */
  readonly ended: boolean;
  /**
   * Runs statements in order up to the first that fails, and answers what came of the last. Throws STORE_BUSY,
   * STORE_UNWRITABLE, STORE_DAMAGED, INTERNAL for other failures of a statement, and STORE_UNAVAILABLE where the
   * connection ends before it answers: whether it was done is then unknown.
   */
  run(statements: readonly Statement[]): Promise<SqliteResult>;
  close(): Promise<void>;
}
