/** PostgreSQL, for several machines that share a store. All tables live in a schema of their own. */
import {
  CamelCasePlugin,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  PostgresQueryCompiler,
  type QueryCompiler,
  sql,
} from 'kysely';
import pg from 'pg';
import { type ErrorCode, PlimsollError } from '../../core/errors.ts';
import type { Dialect } from '../migrations/migration.ts';
import { checkParameter } from '../parameters.ts';
import type { StoreTables } from '../rows.ts';
import type { Db } from '../session.ts';
import { CHANNEL } from './postgres-changes.ts';

export const POSTGRES: Dialect = {
  text: 'text collate "C"',
  integer: 'bigint',
  bytes: 'bytea',
  numbered: 'bigint generated always as identity primary key',
  table: '',
  notifying: (table) => [
    `create function notify_${table}() returns trigger language plpgsql as
      $$ begin perform pg_notify('${CHANNEL}', '${table}'); return null; end $$`,
    `create trigger ${table}_changed after insert or update on ${table}
      for each statement execute function notify_${table}()`,
  ],
};

/** Connections a process keeps at most; those without work are closed after ten seconds. */
const CONNECTIONS = 8;
/** How long a call waits for a connection, one of the pool or a new one. */
const CONNECT_MILLIS = 10_000;

/**
 * Serializable also for single statements, or PostgreSQL would not see that they conflict with a transaction. A
 * transaction that is left open (its process stopped, not ended) is closed by the server, so that it blocks nobody.
 */
const SETTINGS = [
  'default_transaction_isolation = serializable',
  'synchronous_commit = on',
  "lock_timeout = '5s'",
  "statement_timeout = '60s'",
  "idle_in_transaction_session_timeout = '30s'",
];

/**
 * Opens a pool of connections; the first one is made when it is needed. `where` names the database in errors, `schema`
 * what tables live in: a name that needs no quotes.
 */
export function openPostgres<S = StoreTables>(url: string, where: string, schema = 'plimsoll'): Db<S> {
  const settings = [`search_path = ${schema}`, ...SETTINGS];
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MILLIS,
    keepAlive: true,
    application_name: 'plimsoll',
    types: { getTypeParser },
    onConnect: async (client) => {
      // One that breaks while it is lent out tells so to whoever asks it next; unheard, it would end the process.
      client.on('error', () => undefined);
      await client.query(settings.map((setting) => `set ${setting}`).join(';'));
    },
  });
  // A connection that breaks while nobody uses it leaves the pool; whoever needs one next gets a new one.
  pool.on('error', () => undefined);
  return new Kysely<S>({
    dialect: new Postgres({ pool: translating(pool, where) }),
    plugins: [new CamelCasePlugin()],
  });
}

/** One writer at a time, as in SQLite. Taken first: a snapshot is only taken by what comes after. */
export const lockWriters = <S>(db: Db<S>): Promise<unknown> =>
  sql`lock table schema_versions in exclusive mode`.execute(db);

/** Makes the schema and has one process migrate at a time. The number is that of this program, by choice. */
export const lockMigrations =
  (schema: string) =>
  async <S>(db: Db<S>): Promise<void> => {
    await sql`select pg_advisory_xact_lock(7463871021)`.execute(db);
    await sql`create schema if not exists ${sql.id(schema)}`.execute(db);
  };

const INT8 = 20;
/** An integer that no double holds as its digits, which no column of integers takes. */
const wholeNumber = (text: string): number | string => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
};
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === INT8
    ? wholeNumber
    : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser;

class Postgres extends PostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new CheckedCompiler();
  }
}

class CheckedCompiler extends PostgresQueryCompiler {
  protected override addParameter(parameter: unknown): void {
    checkParameter(parameter);
    super.addParameter(parameter);
  }
}

/** The pool as Kysely sees it; every error that leaves it is a coded one. */
function translating(pool: pg.Pool, where: string): PostgresPool {
  const translated = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw coded(error, where);
    }
  };
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await translated(() => pool.connect());
      return {
        query: ((text: string, values: readonly unknown[]) =>
          translated(() => client.query(text, [...values]))) as never,
        release: (broken) => client.release(broken),
      };
    },
  };
}

/** What SQLSTATE classes and codes come to (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const BUSY: Readonly<Record<string, string>> = {
  40001: 'others kept changing the same rows',
  '40P01': 'others kept waiting for the same rows',
  '55P03': 'another transaction kept it locked',
  // Two that number the next row at once, where the snapshots do not show it.
  23505: 'others kept writing the same rows',
};
const UNAVAILABLE = /^(?:08|28|3D|57|53300$)/;
const UNWRITABLE = /^(?:25006|42501|53100|53200|58)/;

function coded(error: unknown, where: string): unknown {
  if (error instanceof PlimsollError) return error;
  const reason = error instanceof Error ? messageOf(error) : String(error);
  const fail = (code: ErrorCode, why = reason) =>
    new PlimsollError(code, { where, action: 'a statement of the store', reason: why }, { cause: error });
  // What did not come from the database came from the way to it.
  if (!(error instanceof pg.DatabaseError)) return fail('STORE_UNAVAILABLE');
  const state = error.code ?? '';
  if (state in BUSY) return fail('STORE_BUSY', BUSY[state]);
  if (UNAVAILABLE.test(state)) return fail('STORE_UNAVAILABLE');
  return fail(UNWRITABLE.test(state) ? 'STORE_UNWRITABLE' : 'INTERNAL');
}

/** A refused connection to a name with several addresses has its reasons inside. */
const messageOf = (error: Error): string =>
  error instanceof AggregateError && error.message === ''
    ? error.errors.map((inner: Error) => inner.message).join(', ')
    : error.message;
