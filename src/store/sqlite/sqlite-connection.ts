/** A SQLite connection as Kysely sees it, lent to one user at a time. */
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { PlimsollError } from '../../core/errors.ts';
import type { SqliteExecutor, SqliteResult, SqlValue, Statement } from './sqlite-message.ts';

const statement = (sql: string): Statement => ({ sql, parameters: [] });
/** A transaction that began by reading could not go on to write beside another writer: it takes its turn first. */
const BEGIN = statement('begin immediate');
const COMMIT = statement('commit');
const ROLLBACK = statement('rollback');

/** For one loan, so that all statements of a transaction go to the executor that it began with. */
export class SqliteConnection implements DatabaseConnection {
  readonly #executor: SqliteExecutor;
  /** `wanted` until the first statement: `begin` travels with it. */
  #transaction: 'none' | 'wanted' | 'begun' = 'none';

  constructor(executor: SqliteExecutor) {
    this.#executor = executor;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const query = { sql, parameters: parameters as readonly SqlValue[] };
    return queryResult(this.#transaction === 'wanted' ? await this.#first(query) : await this.#next(query));
  }

  // biome-ignore lint/correctness/useYield: there is nothing to stream.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new PlimsollError('INTERNAL', { action: 'a statement of the store', reason: 'rows come in pages' });
  }

  begin(): void {
    this.#transaction = 'wanted';
  }

  async commit(): Promise<void> {
    if (this.#transaction === 'begun') await this.#next(COMMIT);
    this.#transaction = 'none';
  }

  /** SQLite has rolled back by itself where the disk failed: to do it again would hide why. */
  async rollback(): Promise<void> {
    this.#transaction = 'none';
    if (this.#executor.inTransaction) await this.#executor.run([ROLLBACK]);
  }

  async #first(query: Statement): Promise<SqliteResult> {
    try {
      return await this.#executor.run([BEGIN, query]);
    } finally {
      // Also where `begin` was done and the statement was not; where neither was, the next one begins.
      if (this.#executor.inTransaction) this.#transaction = 'begun';
    }
  }

  async #next(query: Statement): Promise<SqliteResult> {
    const { inTransaction, ended } = this.#executor;
    if (this.#transaction !== 'begun' || inTransaction || ended) return this.#executor.run([query]);
    // By itself, this statement would be kept although those before it were not.
    const reason = 'the transaction had failed before this statement of it';
    throw new PlimsollError('INTERNAL', { action: 'a statement of the store', reason });
  }
}

const queryResult = <R>({ columns, rows, changes }: SqliteResult): QueryResult<R> => ({
  rows: rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])) as R),
  numAffectedRows: BigInt(changes),
});
