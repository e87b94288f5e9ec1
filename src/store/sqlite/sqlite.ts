/** SQLite through Node's own module, for one machine. */
import {
  CamelCasePlugin,
  type DatabaseIntrospector,
  type Driver,
  Kysely,
  type Dialect as KyselyDialect,
  type QueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Dialect } from '../migrations/migration.ts';
import { checkParameter } from '../parameters.ts';
import type { StoreTables } from '../rows.ts';
import type { Db } from '../session.ts';
import { SqliteDriver, type SqliteOptions } from './sqlite-driver.ts';

export const SQLITE: Dialect = {
  text: 'text',
  integer: 'integer',
  bytes: 'blob',
  numbered: 'integer not null primary key autoincrement',
  table: 'strict',
  notifying: () => [],
};

/** Opens or makes the database at a path (`:memory:` for one that is gone with the process) when it is first used. */
export const openSqlite = <S = StoreTables>(path: string, options: SqliteOptions = {}): Db<S> =>
  new Kysely<S>({ dialect: new Sqlite(path, options), plugins: [new CamelCasePlugin()] });

class Sqlite implements KyselyDialect {
  readonly #path: string;
  readonly #options: SqliteOptions;

  constructor(path: string, options: SqliteOptions) {
    this.#path = path;
    this.#options = options;
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#path, this.#options);
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
