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
import { PlimsollError } from '../core/errors.ts';
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
    // A transaction that began by reading could not go on to write beside another writer: it takes its turn first.
    const statement = translated(() => database.prepare(sql === 'begin' ? 'begin immediate' : sql));
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => translated(() => statement.all(...(parameters as SQLInputValue[]))),
      run: (parameters) => translated(() => statement.run(...(parameters as SQLInputValue[]))),
      iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
    } satisfies SqliteStatement;
  },
});

/** Primary result codes of SQLite (https://sqlite.org/rescode.html): the low byte of what it answers. */
const CODES = {
  5: 'BUSY',
  6: 'LOCKED',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  26: 'NOTADB',
};

function coded(error: unknown, path: string): unknown {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return error;
  const details = { where: path, reason: error.message };
  switch (CODES[(error.errcode & 0xff) as keyof typeof CODES]) {
    case 'BUSY':
    case 'LOCKED':
      return new PlimsollError(
        'STORE_BUSY',
        { where: path, reason: 'another process writes to it' },
        { cause: error },
      );
    case 'CORRUPT':
    case 'NOTADB':
      return new PlimsollError('STORE_DAMAGED', details, { cause: error });
    case 'READONLY':
    case 'IOERR':
    case 'FULL':
    case 'CANTOPEN':
      return new PlimsollError('STORE_UNWRITABLE', details, { cause: error });
    default:
      return error;
  }
}
