/** A SQLite connection through Node's own module. Its calls hold the thread that they are made in. */

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { systemCodeOf, toError } from '../../core/error-text.ts';
import type {
  SqliteFailure,
  SqliteReply,
  SqliteRequest,
  SqliteResult,
  SqlValue,
  Statement,
} from './sqlite-message.ts';

/**
 * The order in which things are written is what a restart relies on: `synchronous = full` has a commit on the disk
 * before it is answered. Whoever finds the file locked asks again later (`session.ts`) and never waits within a call,
 * which would stop this process, perhaps the very one that holds the lock.
 */
const PRAGMAS = ['busy_timeout = 0', 'journal_mode = wal', 'synchronous = full', 'foreign_keys = on'];
/** Statements that stay prepared; the tables send some eighty different ones. */
const MAX_PREPARED = 200;
const NOTHING: SqliteResult = { columns: [], rows: [], changes: 0 };

export class SqliteFile {
  readonly #path: string;
  #database: DatabaseSync | null = null;
  /** By their text, the longest unused first. */
  readonly #prepared = new Map<string, StatementSync>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Does it and says what came of it; throws nothing. */
  perform(request: SqliteRequest): SqliteReply {
    const outcome = this.#outcome(request);
    return { outcome, inTransaction: this.#database?.isTransaction ?? false };
  }

  #outcome(request: SqliteRequest): SqliteReply['outcome'] {
    try {
      return { kind: 'done', result: request.kind === 'run' ? this.#run(request.statements) : this.#close() };
    } catch (error) {
      return { kind: 'failed', failure: failureOf(toError(error)) };
    }
  }

  #run(statements: readonly Statement[]): SqliteResult {
    this.#database ??= opened(this.#path);
    let result = NOTHING;
    for (const { sql, parameters } of statements) {
      const statement = this.#prepare(this.#database, sql);
      result =
        statement.columns().length === 0 ? written(statement, parameters) : read(statement, parameters);
    }
    return result;
  }

  #prepare(database: DatabaseSync, sql: string): StatementSync {
    const kept = this.#prepared.get(sql);
    const statement = kept ?? database.prepare(sql);
    if (kept === undefined) statement.setReturnArrays(true);
    this.#prepared.delete(sql);
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.delete(this.#prepared.keys().next().value!);
    this.#prepared.set(sql, statement);
    return statement;
  }

  #close(): SqliteResult {
    this.#prepared.clear();
    this.#database?.close();
    this.#database = null;
    return NOTHING;
  }
}

function opened(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: false });
  try {
    for (const pragma of PRAGMAS) database.exec(`pragma ${pragma}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const written = (statement: StatementSync, parameters: readonly SqlValue[]): SqliteResult => ({
  ...NOTHING,
  changes: Number(statement.run(...parameters).changes),
});

function read(statement: StatementSync, parameters: readonly SqlValue[]): SqliteResult {
  const rows = allOf(statement, parameters);
  // Asked for afterwards: another process may have changed the table since the statement was prepared.
  return { columns: statement.columns().map(({ name }) => name), rows, changes: rows.length };
}

/** Rows as lists of values: `setReturnArrays` has them so, which the types of Node do not know. */
function allOf(statement: StatementSync, parameters: readonly SqlValue[]): readonly SqlValue[][] {
  const all = (): readonly SqlValue[][] => statement.all(...parameters).map(listOf);
  try {
    return all();
  } catch (error) {
    // A statement that writes has done so. One that reads may be asked again, so that the row is told instead of the number.
    if (systemCodeOf(error) !== 'ERR_OUT_OF_RANGE' || !/^select\b/i.test(statement.sourceSQL)) throw error;
    statement.setReadBigInts(true);
    const rows = all();
    statement.setReadBigInts(false);
    return rows.map((row) => row.map((value) => (typeof value === 'bigint' ? narrowed(value) : value)));
  }
}

function listOf(row: unknown): SqlValue[] {
  if (Array.isArray(row)) return row;
  throw new TypeError('a row of SQLite is no list');
}

/** An integer that no double holds as its digits, which no column of integers takes. */
const narrowed = (value: bigint): SqlValue =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

const failureOf = (error: Error & { readonly errcode?: unknown }): SqliteFailure => ({
  message: error.message,
  code: typeof error.errcode === 'number' ? error.errcode : null,
});
