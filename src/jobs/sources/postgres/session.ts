/** One connection to PostgreSQL that only reads: made when it is needed, made again when it broke. */
import pg from 'pg';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { literal } from '../../../sql/identifiers.ts';

const CONNECT_MILLIS = 10_000;
/** What a surveyor of a large table may take, and a reader of a chunk. */
export const SURVEY_MILLIS = 6 * 3_600_000;
export const READ_MILLIS = 600_000;

/**
 * For each transaction, so that poolers between keep nothing of it: texts of values are the same everywhere, a server
 * whose client was killed notices, and sorting a table has some memory.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  lock_timeout: '30s',
  idle_in_transaction_session_timeout: '60s',
  client_connection_check_interval: '5s',
  work_mem: '64MB',
};

/** SQLSTATE classes and codes of a server that is not there, not yet, or not now. */
const UNAVAILABLE = /^(?:08|57P0|53|55P03|40)/;
const ENCODINGS_WITHOUT_MEANING = 'SQL_ASCII';
const OLDEST = 14;

export class PostgresSourceSession {
  readonly #url: string;
  readonly #where: string;
  #client: pg.Client | null = null;

  /** `where` names the database in errors, without secrets. */
  constructor(url: string, where: string) {
    this.#url = url;
    this.#where = where;
  }

  /**
   * Runs `work` in a read-only transaction that sees one moment. Throws SOURCE_UNAVAILABLE where the server is not
   * there, SOURCE_INVALID where it refuses what it is asked.
   */
  async snapshot<T>(
    millis: number,
    work: (client: pg.Client) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const abort = () => void this.close();
    try {
      signal?.throwIfAborted();
      this.#client ??= await this.#connect();
      signal?.addEventListener('abort', abort);
      const settings = Object.entries({ ...SETTINGS, statement_timeout: String(millis) });
      const local = settings.map(([name, value]) => `set local ${name} = ${literal(value)}`);
      await this.#client.query(['begin isolation level repeatable read read only', ...local].join('; '));
      const answer = await work(this.#client);
      await this.#client.query('commit');
      return answer;
    } catch (error) {
      await this.close();
      signal?.throwIfAborted();
      throw this.#coded(error);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the connection, whatever it is doing. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    // What runs would be waited for by a polite goodbye; the server sees that the socket is closed.
    (
      client as unknown as { connection: { stream: { destroy(): void } } } | null
    )?.connection.stream.destroy();
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_MILLIS,
      keepAlive: true,
      application_name: 'plimsoll batch',
    });
    // One that breaks between two transactions is noticed by the next.
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding",
    );
    const { version, encoding } = rows[0];
    if (version < OLDEST) throw this.#invalid(`it is PostgreSQL ${version}, ${OLDEST} or newer is wanted`);
    if (encoding === ENCODINGS_WITHOUT_MEANING)
      throw this.#invalid(`its encoding is ${encoding}: what its texts are, nobody knows; UTF8 is wanted`);
    return client;
  }

  #coded(error: unknown): unknown {
    if (isPlimsollError(error)) return error;
    const reason = error instanceof Error && error.message !== '' ? error.message : messagesOf(error);
    // What did not come from the database came from the way to it.
    const refused = error instanceof pg.DatabaseError && !UNAVAILABLE.test(error.code ?? '');
    if (refused) return this.#invalid(reason, error);
    return new PlimsollError('SOURCE_UNAVAILABLE', { where: this.#where, reason }, { cause: error });
  }

  #invalid(reason: string, cause?: unknown): PlimsollError {
    return new PlimsollError('SOURCE_INVALID', { where: this.#where, reason }, { cause });
  }
}

/** Where a name has several addresses, each has failed for its own reason. */
const messagesOf = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map((each: Error) => each.message).join('; ')
    : String(error);
