/** SQLite through Node's own module, for one machine. */
import {
  type DatabaseIntrospector,
  type Driver,
  Kysely,
  type Dialect as KyselyDialect,
  type QueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Dialect } from './migrations/migration.ts';
import { checkParameter } from './parameters.ts';
import type { Schema } from './schema.ts';
import type { Db } from './session.ts';
import { SqliteDriver, type ThreadUse } from './sqlite-driver.ts';

export const SQLITE: Dialect = {
  text: 'text',
  integer: 'integer',
  bytes: 'blob',
  numbered: 'integer not null primary key autoincrement',
  table: 'strict',
  notifying: () => [],
};

/** Opens or makes the database at a path (`:memory:` for one that is gone with the process) when it is first used. */
export const openSqlite = <S = Schema>(path: string, thread: ThreadUse = 'none'): Db<S> =>
  new Kysely<S>({ dialect: new Sqlite(path, thread) });

class Sqlite implements KyselyDialect {
  readonly #path: string;
  readonly #thread: ThreadUse;

  constructor(path: string, thread: ThreadUse) {
    this.#path = path;
    this.#thread = thread;
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#path, this.#thread);
  }

  createQueryCompiler(): QueryCompiler {
    return new CheckedCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new SqliteAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class CheckedCompiler extends SqliteQueryCompiler {
  protected override addParameter(parameter: unknown): void {
    checkParameter(parameter);
    super.addParameter(parameter);
  }
}
