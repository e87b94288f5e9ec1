/** Tables of PostgreSQL 14 or newer as a sink. */
import type pg from 'pg';
import { elementAt } from '../../../core/element-at.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { identifier, identifiers } from '../../../sql/identifiers.ts';
import type { ChunkTotals } from '../../chunk.ts';
import { insertStatement } from '../insert.ts';
import type { JobSink, PublishedOutput, SinkRun } from '../sink.ts';
import type { PostgresTarget } from './address.ts';
import { PublishProgress, sessionName, stageName, tableExists } from './progress.ts';
import { PostgresSinkSession } from './session.ts';
import { checkTable, makeLike, makeTable } from './table.ts';

export class PostgresSink implements JobSink {
  readonly #run: SinkRun;
  readonly #target: PostgresTarget;
  readonly #stage: string;
  readonly #progress: PublishProgress;
  readonly #session: PostgresSinkSession;

  constructor(run: SinkRun, target: PostgresTarget) {
    this.#run = run;
    this.#target = target;
    this.#stage = stageName(run.run);
    this.#progress = new PublishProgress(run);
    const { database: url, where } = target;
    this.#session = new PostgresSinkSession({ url, where, job: run.spec.job, name: sessionName(run) });
  }

  async prepare(known: readonly ChunkTotals[]): Promise<readonly ChunkTotals[]> {
    await this.#session.transaction((client) => this.#progress.make(client));
    await this.#session.transaction((client) => this.#progress.endEarlier(client));
    return this.#session.transaction(async (client) => {
      await this.#progress.claim(client, this.#target.where);
      if (await this.#progress.hold(client)) return known;
      await this.#makeReady(client);
      return this.#progress.accounts(client);
    });
  }

  async publish(accounts: readonly ChunkTotals[]): Promise<PublishedOutput> {
    return this.#session.transaction(async (client) => {
      const earlier = await this.#progress.hold(client);
      const rows = earlier?.rows ?? (await this.#publish(client, accounts));
      return { where: this.#target.where, rows, digest: null };
    });
  }

  async discard(): Promise<void> {
    await this.#session.transaction(async (client) => {
      const known = (await this.#progress.isMade(client)) && (await this.#progress.isKnown(client));
      if (!known) return;
      const published = await this.#progress.hold(client);
      await client.query(`drop table if exists ${this.#stage}`);
      await this.#progress.forget(client, published !== null);
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Makes the table that workers write to, like the target where there is one. */
  async #makeReady(client: pg.Client): Promise<void> {
    const { mode, publish } = this.#run.spec.sink;
    const there = await tableExists(client, this.#target.name);
    if (there) await checkTable(client, this.#target, this.#run);
    if (publish === 'chunks') {
      if (!there) await makeTable(client, this.#target.name, this.#run, mode === 'upsert');
      return;
    }
    if (await tableExists(client, this.#stage)) return;
    if (there) await makeLike(client, this.#stage, this.#target, this.#run);
    else await makeTable(client, this.#stage, this.#run, false);
  }

  async #publish(client: pg.Client, accounts: readonly ChunkTotals[]): Promise<number> {
    const there = await this.#progress.count(client);
    if (there !== accounts.length) throw incomplete(there, accounts.length);
    if (this.#run.spec.sink.publish === 'whole') await this.#show(client);
    const rows = accounts.reduce((sum, { counts }) => sum + counts.ok, 0);
    await this.#progress.published(client, rows);
    return rows;
  }

  /** The staging table becomes the target, or its rows go into the one that is there. */
  async #show(client: pg.Client): Promise<void> {
    if (await tableExists(client, this.#target.name)) {
      const names = identifiers(this.#run.columns.map(({ name }) => name));
      const staged = `select ${names} from ${this.#stage}`;
      await client.query(insertStatement(this.#target.name, staged, this.#run));
      await client.query(`drop table ${this.#stage}`);
      return;
    }
    const { sink, key } = this.#run.spec;
    const schema = identifier(await this.#schema(client));
    const moved = `${schema}.${this.#stage.slice(this.#stage.indexOf('.') + 1)}`;
    await client.query(`alter table ${this.#stage} set schema ${schema}`);
    await client.query(`alter table ${moved} rename to ${identifier(this.#target.table)}`);
    if (sink.mode === 'upsert')
      await client.query(`alter table ${this.#target.name} add primary key (${identifier(key)})`);
  }

  async #schema(client: pg.Client): Promise<string> {
    const { rows } = await client.query<{ schema: string }>(
      "select coalesce($1::text, current_schema()::text, 'public') as schema",
      [this.#target.schema],
    );
    return elementAt(rows, 0).schema;
  }
}

const incomplete = (there: number, wanted: number): PlimsollError =>
  new PlimsollError('INTERNAL', {
    action: 'publishing',
    reason: `${there} chunks are in the database, the run has ${wanted}`,
  });
