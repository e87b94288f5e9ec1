/**
 * What this program keeps in the database that it writes to: the schema `plimsoll_batch`, with who holds a run and
 * which of its chunks are there. Rows and their witness are of one transaction.
 */

import type pg from 'pg';
import { elementAt } from '../../../core/element-at.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { sha256Hex } from '../../../core/sha256.ts';
import { identifier } from '../../../sql/identifiers.ts';
import type { ChunkTotals } from '../../chunk.ts';
import type { SinkRun } from '../sink.ts';

const SCHEMA = 'plimsoll_batch';
/** Has one process at a time make the tables; the number is that of this program, by choice. */
const LOCK = '7463871022';
const TABLES = `
  create schema if not exists ${SCHEMA};
  create table if not exists ${SCHEMA}.runs (
    run text primary key, fence bigint not null, target text not null, published_at timestamptz, rows bigint);
  create table if not exists ${SCHEMA}.chunks (
    run text, chunk integer, fence bigint not null, account text not null, primary key (run, chunk))`;

const hashOf = (run: string): string => sha256Hex(run).slice(0, 16);

/** The table that takes the rows of a run until they are published; names of PostgreSQL have 63 bytes. */
export const stageName = (run: string): string =>
  `${identifier(SCHEMA)}.${identifier(`stage_${hashOf(run)}`)}`;

const sessionPrefix = (run: string): string => `plimsoll batch ${hashOf(run)} `;
/** What the connections of a holder are called, by which a later one ends them. */
export const sessionName = ({ run, fence }: Pick<SinkRun, 'run' | 'fence'>): string =>
  `${sessionPrefix(run)}${fence}`;

/** Whether there is a table of that name, as it stands in SQL. */
export async function tableExists(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    name,
  ]);
  return elementAt(rows, 0).there;
}

export interface PublishedRows {
  readonly rows: number;
}

export class PublishProgress {
  readonly #run: string;
  readonly #fence: number;

  constructor({ run, fence }: Pick<SinkRun, 'run' | 'fence'>) {
    this.#run = run;
    this.#fence = fence;
  }

  /** Makes the tables where they are missing. */
  async make(client: pg.Client): Promise<void> {
    if (!(await this.isMade(client))) await client.query(`select pg_advisory_xact_lock(${LOCK}); ${TABLES}`);
  }

  isMade(client: pg.Client): Promise<boolean> {
    return tableExists(client, `${SCHEMA}.chunks`);
  }

  /** Ends connections of earlier holders: one that hangs in the middle of a chunk would hold its lock for ever. */
  async endEarlier(client: pg.Client): Promise<void> {
    const prefix = sessionPrefix(this.#run);
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where usename = current_user and pid <> pg_backend_pid() and starts_with(application_name, $1)
          and substr(application_name, length($1) + 1) ~ '^[0-9]{1,15}$'
          and substr(application_name, length($1) + 1)::bigint < $2`,
      [prefix, this.#fence],
    );
  }

  /** Makes the run this holder's; waits for chunks that are being written. Throws FENCE_LOST where a later one has it. */
  async claim(client: pg.Client, target: string): Promise<void> {
    const { rowCount } = await client.query(
      `insert into ${SCHEMA}.runs as r (run, fence, target) values ($1, $2, $3)
        on conflict (run) do update set fence = excluded.fence where r.fence <= excluded.fence`,
      [this.#run, this.#fence, target],
    );
    if (rowCount === 0) throw this.#lost();
  }

  /**
   * Locks the run to the end of the transaction and answers its publication, or null. Throws FENCE_LOST where another
   * holder came or the run was discarded.
   */
  async hold(client: pg.Client): Promise<PublishedRows | null> {
    const { rows } = await client.query<{ fence: string; published: boolean; rows: string }>(
      `select fence, published_at is not null as published, rows from ${SCHEMA}.runs where run = $1 for update`,
      [this.#run],
    );
    const [row] = rows;
    if (row === undefined || Number(row.fence) !== this.#fence) throw this.#lost();
    return row.published ? { rows: Number(row.rows) } : null;
  }

  /** Whether the run is known at all. */
  async isKnown(client: pg.Client): Promise<boolean> {
    const { rowCount } = await client.query(`select 1 from ${SCHEMA}.runs where run = $1`, [this.#run]);
    return rowCount === 1;
  }

  /**
   * Keeps the account of a chunk under the fence: until the transaction ends no other holder can come, while other workers
   * do the same. Answers null, or the account that is there already. Throws FENCE_LOST.
   */
  async note(client: pg.Client, account: ChunkTotals): Promise<ChunkTotals | null> {
    const { rowCount } = await client.query(
      `with held as (select run, fence from ${SCHEMA}.runs where run = $1 and fence = $3 for share)
        insert into ${SCHEMA}.chunks (run, chunk, fence, account) select run, $2, fence, $4 from held on conflict do nothing`,
      [this.#run, account.chunk, this.#fence, JSON.stringify(account)],
    );
    if (rowCount === 1) return null;
    const { rows } = await client.query<{ account: string }>(
      `select c.account from ${SCHEMA}.chunks c join ${SCHEMA}.runs r using (run) where run = $1 and chunk = $2 and r.fence = $3`,
      [this.#run, account.chunk, this.#fence],
    );
    if (rows.length === 0) throw this.#lost();
    return JSON.parse(elementAt(rows, 0).account) as ChunkTotals;
  }

  /** Accounts of the chunks that are there, in order. */
  async accounts(client: pg.Client): Promise<ChunkTotals[]> {
    const { rows } = await client.query<{ account: string }>(
      `select account from ${SCHEMA}.chunks where run = $1 order by chunk`,
      [this.#run],
    );
    return rows.map(({ account }) => JSON.parse(account) as ChunkTotals);
  }

  async count(client: pg.Client): Promise<number> {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::integer as count from ${SCHEMA}.chunks where run = $1`,
      [this.#run],
    );
    return elementAt(rows, 0).count;
  }

  async published(client: pg.Client, rows: number): Promise<void> {
    await client.query(`update ${SCHEMA}.runs set published_at = now(), rows = $2 where run = $1`, [
      this.#run,
      rows,
    ]);
  }

  /** Forgets the chunks, and of a run that is not published that there was one. */
  async forget(client: pg.Client, isPublished: boolean): Promise<void> {
    await client.query(`delete from ${SCHEMA}.chunks where run = $1`, [this.#run]);
    if (!isPublished) await client.query(`delete from ${SCHEMA}.runs where run = $1`, [this.#run]);
  }

  #lost(): PlimsollError {
    return new PlimsollError('FENCE_LOST', { run: this.#run });
  }
}
