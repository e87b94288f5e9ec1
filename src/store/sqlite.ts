/** SQLite through Node's own module, for one machine. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import {
  Kysely,
  type QueryCompiler,
  type SqliteDatabase,
  SqliteDialect,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely';
import { type ErrorCode, PlimsollError } from '../core/errors.ts';
import type { Dialect } from './migrations/migration.ts';
import { checkParameter } from './parameters.ts';
import type { Schema } from './schema.ts';
import type { Db } from './session.ts';

export const SQLITE: Dialect = {
  text: 'text',
  integer: 'integer',
  bytes: 'blob',
  numbered: 'integer not null primary key autoincrement',
  table: 'strict',
};

/**
 * The order in which things are written is what a restart relies on: `synchronous = full` has a commit on the disk
 * before it is answered. Whoever finds the file locked asks again later (`session.ts`) and never waits within a call,
 * which would stop this process, perhaps the very one that holds the lock.
 */
const PRAGMAS = ['busy_timeout = 0', 'journal_mode = wal', 'synchronous = full', 'foreign_keys = on'];

/** Opens or makes the database at a path (`:memory:` for one that is gone with the process). */
export function openSqlite(path: string): Db {
  const translated = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw coded(error, path);
    }
  };
  const database = translated(() => new DatabaseSync(path, { enableDoubleQuotedStringLiterals: false }));
  try {
    translated(() => {
      for (const pragma of PRAGMAS) database.exec(`pragma ${pragma}`);
    });
  } catch (error) {
    database.close();
    throw error;
  }
  return new Kysely<Schema>({ dialect: new Sqlite({ database: adapted(database, translated) }) });
}

class Sqlite extends SqliteDialect {
  override createQueryCompiler(): QueryCompiler {
    return new CheckedCompiler();
  }
}

class CheckedCompiler extends SqliteQueryCompiler {
  protected override addParameter(parameter: unknown): void {
    checkParameter(parameter);
    super.addParameter(parameter);
  }
}

/** A database of `node:sqlite` as Kysely expects one; every error that leaves it is a coded one. */
const adapted = (database: DatabaseSync, translated: <T>(work: () => T) => T): SqliteDatabase => ({
  close: () => database.close(),
  prepare: (sql) => {
    const statement = translated(() => database.prepare(spelled(sql, database)));
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => translated(() => statement.all(...(parameters as SQLInputValue[]))),
      run: (parameters) => translated(() => statement.run(...(parameters as SQLInputValue[]))),
      iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
    } satisfies SqliteStatement;
  },
});

/**
 * A transaction that began by reading could not go on to write beside another writer: it takes its turn first. SQLite
 * has rolled back by itself where the disk failed: to do it again would hide why.
 */
function spelled(sql: string, { isTransaction }: DatabaseSync): string {
  if (sql === 'begin') return 'begin immediate';
  return sql === 'rollback' && !isTransaction ? 'select 1' : sql;
}

/** What primary result codes come to (https://sqlite.org/rescode.html); they are the low byte of an extended one. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  5: 'STORE_BUSY',
  6: 'STORE_BUSY',
  8: 'STORE_UNWRITABLE',
  10: 'STORE_UNWRITABLE',
  11: 'STORE_DAMAGED',
  13: 'STORE_UNWRITABLE',
  14: 'STORE_UNWRITABLE',
  26: 'STORE_DAMAGED',
};

function coded(error: unknown, path: string): unknown {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return error;
  const code = CODES[error.errcode & 0xff] ?? 'INTERNAL';
  const reason = code === 'STORE_BUSY' ? 'another process writes to it' : error.message;
  return new PlimsollError(
    code,
    { where: path, action: 'a statement of the store', reason },
    { cause: error },
  );
}
