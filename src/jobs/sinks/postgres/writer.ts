import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type pg from 'pg';
import { PlimsollError } from '../../../core/errors.ts';
import type { Account } from '../../chunk.ts';
import { identifiers } from '../../sql.ts';
import { insertStatement } from '../insert.ts';
import type { SinkRun, SinkWriter } from '../sink.ts';
import type { PostgresTarget } from './address.ts';
import { copyInto, type Rows } from './copy.ts';
import { Progress, sessionName, stageName } from './progress.ts';
import { PostgresSession } from './session.ts';

/** Exists within a transaction alone. */
const INCOMING = 'plimsoll_incoming';

/**
 * Writes a chunk and its account in one transaction, under the fence. A chunk whose transaction's end was never heard
 * of is simply written again: where it is there, its account says so.
 */
export class PostgresWriter implements SinkWriter {
  readonly #run: SinkRun;
  readonly #target: PostgresTarget;
  readonly #progress: Progress;
  readonly #session: PostgresSession;

  constructor(run: SinkRun, target: PostgresTarget) {
    this.#run = run;
    this.#target = target;
    this.#progress = new Progress(run);
    const { database: url, where } = target;
    this.#session = new PostgresSession({ url, where, job: run.spec.job, name: sessionName(run) });
  }

  write(db: DuckDBConnection, select: string, account: Account): Promise<Account> {
    const file = join(this.#run.folder, `copy-${account.chunk}-${this.#run.fence}-${process.pid}.csv`);
    return this.#session.transaction(async (client) => {
      await this.#progress.check(client, 'share');
      const there = await this.#progress.note(client, account);
      if (there) return there;
      const rows = await this.#take(client, { db, select, columns: this.#run.columns, file });
      if (rows !== account.counts.ok) throw miscounted(account, rows);
      return account;
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #take(client: pg.Client, rows: Rows): Promise<number> {
    const { sink } = this.#run.spec;
    if (sink.publish === 'whole') return copyInto(client, stageName(this.#run.run), rows);
    if (sink.mode === 'append') return copyInto(client, this.#target.name, rows);
    const names = identifiers(rows.columns.map(({ name }) => name));
    await client.query(
      `create temporary table ${INCOMING} on commit drop as select ${names} from ${this.#target.name} with no data`,
    );
    const count = await copyInto(client, INCOMING, rows);
    await client.query(insertStatement(this.#target.name, `select ${names} from ${INCOMING}`, this.#run));
    return count;
  }
}

const miscounted = ({ chunk, counts }: Account, rows: number): PlimsollError =>
  new PlimsollError('INTERNAL', {
    action: `writing chunk ${chunk}`,
    reason: `${rows} rows came, its account has ${counts.ok}`,
  });
