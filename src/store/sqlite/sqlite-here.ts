/** A SQLite connection in this very thread: there at once, and nothing else happens while it waits for the disk. */
import { setImmediate as turn } from 'node:timers/promises';
import { SqliteFile } from './sqlite-file.ts';
import type { SqliteExecutor, SqliteResult, Statement } from './sqlite-message.ts';
import { resultOf } from './sqlite-result.ts';

export class SqliteHere implements SqliteExecutor {
  readonly ended = false;
  readonly #path: string;
  readonly #file: SqliteFile;
  #inTransaction = false;

  constructor(path: string) {
    this.#path = path;
    this.#file = new SqliteFile(path);
  }

  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  async run(statements: readonly Statement[]): Promise<SqliteResult> {
    const reply = this.#file.perform({ kind: 'run', statements });
    this.#inTransaction = reply.inTransaction;
    // However many follow each other, timers and sockets have their turns between them.
    await turn();
    return resultOf(reply, this.#path);
  }

  async close(): Promise<void> {
    resultOf(this.#file.perform({ kind: 'close' }), this.#path);
  }
}
