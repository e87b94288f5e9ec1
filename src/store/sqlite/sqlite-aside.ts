/**
 * A SQLite connection of a process that answers others meanwhile. Little is asked here, in this very thread; much, or what
 * writes, in a thread that is there as long as there is something to do: it costs as much memory as all else that the store needs.
 */
import { required } from '../../core/element-at.ts';
import { SqliteHere } from './sqlite-here.ts';
import type { SqliteExecutor, SqliteResult, Statement } from './sqlite-message.ts';
import { SqliteThread } from './sqlite-thread.ts';

export interface AsideOptions {
  /** Whether nobody else writes into the file. @default {false} */
  readonly isAlone?: boolean | undefined;
  /** So long nothing is asked before the thread ends, in milliseconds. @default {10_000} */
  readonly restMillis?: number | undefined;
}

/** A thread costs some 50 ms of a processor: the start of a server has it to itself for this long, in milliseconds. */
const SOON_MILLIS = 500;
const REST_MILLIS = 10_000;
/** Reads in a row, each soon after the one before, before a thread is started; a statement that writes counts as many. */
const FEW = 20;
/** Results that are kept, and the longest, in rows. */
const KEPT_MAX = 50;
const KEPT_ROWS = 100;

export class SqliteAside implements SqliteExecutor {
  readonly #path: string;
  readonly #soon = performance.now() + SOON_MILLIS;
  /** What was read since something was written, by statement; null where others write too. */
  readonly #kept: Map<string, SqliteResult> | null;
  #executor: SqliteExecutor;
  /** The thread that is to take over, or has: starting, then ready. */
  #thread: { readonly thread: SqliteThread; ready: boolean } | null = null;
  #asked = 0;
  #running = 0;
  #isClosed = false;
  #resting: NodeJS.Timeout;

  constructor(path: string, { isAlone = false, restMillis = REST_MILLIS }: AsideOptions = {}) {
    this.#path = path;
    this.#kept = isAlone ? new Map() : null;
    this.#executor = new SqliteHere(path);
    this.#resting = setTimeout(() => void this.#rest(), restMillis).unref();
  }

  get ended(): boolean {
    return this.#executor.ended;
  }

  get inTransaction(): boolean {
    return this.#executor.inTransaction;
  }

  async run(statements: readonly Statement[]): Promise<SqliteResult> {
    const isRead = statements.every(({ sql }) => /^select\b/i.test(sql));
    const key = isRead && !this.inTransaction ? keyOf(statements) : null;
    const kept = key === null ? undefined : this.#kept?.get(key);
    if (kept !== undefined) return kept;
    if (!isRead) this.#kept?.clear();
    this.#resting.refresh();
    this.#running += 1;
    try {
      if (!this.inTransaction) await this.#choose(isRead ? 1 : FEW);
      const result = await this.#executor.run(statements);
      if (key !== null) this.#keep(key, result);
      return result;
    } finally {
      this.#running -= 1;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#resting);
    const thread = this.#thread?.thread;
    if (thread !== this.#executor) await thread?.close();
    await this.#executor.close();
  }

  /** Where the next statement is done: between two transactions. */
  async #choose(weight: number): Promise<void> {
    if (performance.now() < this.#soon) return;
    this.#asked += weight;
    if (this.#thread === null && this.#asked >= FEW) this.#thread = startThread(this.#path);
    if (this.#thread?.ready !== true || this.#executor === this.#thread.thread) return;
    await this.#executor.close();
    this.#executor = this.#thread.thread;
  }

  /** Nothing was asked for a while. */
  async #rest(): Promise<void> {
    this.#asked = 0;
    if (this.#running > 0 || this.inTransaction) this.#resting.refresh();
    else if (this.#thread !== null) await this.#goHere();
  }

  async #goHere(): Promise<void> {
    const thread = required(this.#thread, 'the thread').thread;
    this.#thread = null;
    if (this.#executor === thread) this.#executor = new SqliteHere(this.#path);
    // What is written last is seen by whoever opens the file next.
    await thread.close();
  }

  #keep(key: string, result: SqliteResult): void {
    if (this.#kept === null || result.rows.length > KEPT_ROWS || this.#isClosed) return;
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    this.#kept.set(key, result);
  }
}

/** Null for what has no short name: bytes. */
function keyOf(statements: readonly Statement[]): string | null {
  const isNamed = statements.every(({ parameters }) =>
    parameters.every((one) => !(one instanceof Uint8Array)),
  );
  return isNamed ? JSON.stringify(statements.map(({ sql, parameters }) => [sql, parameters])) : null;
}

/** A thread that fails at its start is ready, too: the next statement then says why. */
function startThread(path: string): { readonly thread: SqliteThread; ready: boolean } {
  const thread = new SqliteThread(path);
  const coming = { thread, ready: false };
  const done = (): void => {
    coming.ready = true;
  };
  thread.run([]).then(done, done);
  return coming;
}
