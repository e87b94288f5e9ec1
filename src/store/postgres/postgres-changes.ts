/** Hears from PostgreSQL which tables have changed: triggers notify one channel, one connection listens to it. */
import pg from 'pg';
import type { WatchedTable } from '../store.ts';

export const CHANNEL = 'plimsoll_changed';

/** Milliseconds until a connection that broke is made again, and that making it may take. */
const AGAIN_AFTER = 1000;
const CONNECT_MILLIS = 10_000;

export class PostgresChanges {
  readonly #url: string;
  readonly #listeners = new Map<object, { readonly table: WatchedTable; readonly listener: () => void }>();
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** The connection is made for the first listener. Answers what ends it. */
  add(table: WatchedTable, listener: () => void): () => void {
    const key = {};
    this.#listeners.set(key, { table, listener });
    if (this.#listeners.size === 1 && this.#client === null) void this.#connect();
    return () => void this.#listeners.delete(key);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  /** Never rejects: while it is away, others look by themselves. */
  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_MILLIS,
      keepAlive: true,
      application_name: 'plimsoll changes',
    });
    this.#client = client;
    client.on('notification', ({ payload }) => this.#tell(payload));
    client.on('error', () => undefined);
    client.once('end', () => this.#again());
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.#tell();
    } catch {
      await client.end().catch(() => undefined);
      this.#again();
    }
  }

  #again(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), AGAIN_AFTER);
    this.#timer.unref();
  }

  /** Without a name it may have been any of them. */
  #tell(changed?: string): void {
    for (const { table, listener } of this.#listeners.values())
      if (changed === undefined || changed === table) listener();
  }
}
