import type { DuckDBConnection } from '@duckdb/node-api';
import type pg from 'pg';
import { PlimsollError } from '../../../core/errors.ts';
import { identifiers } from '../../../sql/identifiers.ts';
import type { ChunkTotals } from '../../chunk.ts';
import { insertStatement } from '../insert.ts';
import type { SinkRun, SinkWriter } from '../sink.ts';
import type { PostgresTarget } from './address.ts';
import { copyInto } from './copy.ts';
import { PublishProgress, sessionName, stageName } from './progress.ts';
import { PostgresSinkSession } from './session.ts';
import { typesOf } from './table.ts';

/** Exists within a transaction alone. */
const INCOMING = 'plimsoll_incoming';

/**
 * Writes a chunk and its account in one transaction, under the fence. A chunk whose transaction's end was never heard
 * of is simply written again: where it is there, its account says so.
 */
export class PostgresWriter implements SinkWriter {
  readonly #run: SinkRun;
  readonly #target: PostgresTarget;
  readonly #progress: PublishProgress;
  readonly #session: PostgresSinkSession;
  /** Of the columns that are written into, once they were looked up. */
  #types: readonly string[] | null = null;

  constructor(run: SinkRun, target: PostgresTarget) {
    this.#run = run;
    this.#target = target;
    this.#progress = new PublishProgress(run);
    const { database: url, where } = target;
    this.#session = new PostgresSinkSession({ url, where, job: run.spec.job, name: sessionName(run) });
  }

  write(db: DuckDBConnection, select: string, account: ChunkTotals): Promise<ChunkTotals> {
    return this.#session.transaction(async (client) => {
      const there = await this.#progress.note(client, account);
      if (there) return there;
      const rows = await this.#take(client, db, select);
      if (rows !== account.counts.ok) throw miscounted(account, rows);
      return account;
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #take(client: pg.Client, db: DuckDBConnection, select: string): Promise<number> {
    const { sink } = this.#run.spec;
    const { name, where } = this.#target;
    const into = sink.publish === 'whole' ? stageName(this.#run.run) : name;
    this.#types ??= await typesOf(client, into, this.#run);
    const rows = { db, select, columns: this.#run.columns, types: this.#types };
    if (sink.publish === 'whole' || sink.mode === 'append') return copyInto(client, into, rows, where);
    const names = identifiers(rows.columns.map((column) => column.name));
    await client.query(
      `create temporary table ${INCOMING} on commit drop as select ${names} from ${name} with no data`,
    );
    const count = await copyInto(client, INCOMING, rows, where);
    await client.query(insertStatement(name, `select ${names} from ${INCOMING}`, this.#run));
    return count;
  }
}

const miscounted = ({ chunk, counts }: ChunkTotals, rows: number): PlimsollError =>
  new PlimsollError('INTERNAL', {
    action: `writing chunk ${chunk}`,
    reason: `${rows} rows came, its account has ${counts.ok}`,
  });
