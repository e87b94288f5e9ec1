/** One connection to PostgreSQL that writes: made when it is needed, made again when it broke. */
import pg from 'pg';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { identifier, literal } from '../../../sql/identifiers.ts';

const CONNECT_MILLIS = 10_000;

/** For each transaction, so that poolers between keep nothing of it. A client that was killed or hangs is noticed. */
const SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  standard_conforming_strings: 'on',
  synchronous_commit: 'on',
  statement_timeout: '0',
  lock_timeout: '60s',
  idle_in_transaction_session_timeout: '60s',
  client_connection_check_interval: '5s',
};
const BEGIN = [
  'begin isolation level read committed',
  ...Object.entries(SETTINGS).map(([name, value]) => `set local ${identifier(name)} = ${literal(value)}`),
].join('; ');

/** SQLSTATE classes and codes of a server that is not there, not yet, not now, or only reads at the moment. */
const UNAVAILABLE = /^(?:08|57P0|53|55P03|40|25006)/;
/** A key that is there twice: by an index, or by two rows of one upsert. */
const TWICE = new Set(['23505', '21000']);

export interface SessionOptions {
  readonly url: string;
  /** The target as a person would name it. */
  readonly where: string;
  readonly job: string;
  /** What the server shows this connection as. */
  readonly name: string;
}

export class PostgresSinkSession {
  readonly #options: SessionOptions;
  #client: pg.Client | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` in a transaction; where it throws, nothing of it stays. Throws SINK_UNAVAILABLE where the server is not
   * there (whether the transaction came to its end is then unknown), SINK_INVALID where it refuses what it is asked,
   * KEY_DUPLICATE where that is the key.
   */
  async transaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    try {
      const client = await this.#begin();
      const answer = await work(client);
      await client.query('commit');
      return answer;
    } catch (error) {
      await this.#rollback();
      throw this.#coded(error);
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  /** A connection that broke since the last transaction is found out by the first word of the next, and made again. */
  async #begin(): Promise<pg.Client> {
    if (this.#client !== null) {
      try {
        await this.#client.query(BEGIN);
        return this.#client;
      } catch {
        await this.close();
      }
    }
    this.#client = await this.#connect();
    await this.#client.query(BEGIN);
    return this.#client;
  }

  /** Keeps the connection where it can; a broken one is given up. */
  async #rollback(): Promise<void> {
    try {
      await this.#client?.query('rollback');
    } catch {
      await this.close();
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      connectionTimeoutMillis: CONNECT_MILLIS,
      keepAlive: true,
      application_name: this.#options.name,
    });
    // One that breaks between two transactions is noticed by the next.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  #coded(error: unknown): unknown {
    if (isPlimsollError(error)) return error;
    const { where, job } = this.#options;
    const reason = reasonOf(error);
    const code = error instanceof pg.DatabaseError ? (error.code ?? '') : null;
    // What did not come from the database came from the way to it.
    if (code === null || UNAVAILABLE.test(code))
      return new PlimsollError('SINK_UNAVAILABLE', { where, reason, job }, { cause: error });
    if (TWICE.has(code))
      return new PlimsollError('KEY_DUPLICATE', { where, found: reason }, { cause: error });
    return new PlimsollError('SINK_INVALID', { where, problems: reason }, { cause: error });
  }
}

/** Where a name has several addresses, each has failed for its own reason. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join('; ');
  const { message, detail, where } = error as { message: string; detail?: string; where?: string };
  const column = /, column ([^:]+)/.exec(where ?? '')?.[1];
  return [message, detail, column && `column ${column}`].filter(Boolean).join(', ');
}
