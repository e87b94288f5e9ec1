/**
 * What exactly-once costs: chunks into PostgreSQL with fence and progress row, beside a bare COPY of the same rows from
 * a file that is there already, and beside the same path without a witness. In turns, on the same server.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ChunkTotals } from '../../src/jobs/chunk.ts';
import { openSink, openSinkWriter } from '../../src/jobs/sinks/open.ts';
import { copyInto } from '../../src/jobs/sinks/postgres/copy.ts';
import { accountOf, runOf } from '../../src/jobs/sinks/testing/runs.ts';
import { startPostgres } from '../../src/store/testing/postgres.ts';

const CHUNKS = 10;
const ROWS = 100_000;
const COLUMNS = [
  { name: 'id', type: 'BIGINT' },
  { name: 'customer', type: 'VARCHAR' },
  { name: 'predict', type: 'BIGINT' },
  { name: 'predict_proba_0', type: 'DOUBLE' },
  { name: 'predict_proba_1', type: 'DOUBLE' },
];
const TABLE =
  'id bigint, customer text, predict bigint, predict_proba_0 double precision, predict_proba_1 double precision';
const TYPES = ['int8', 'text', 'int8', 'float8', 'float8'];
const selectOf = (chunk: number): string =>
  `select * from rows where id >= ${chunk * ROWS} and id < ${(chunk + 1) * ROWS}`;

interface Bench {
  readonly url: string;
  readonly folder: string;
  readonly db: DuckDBConnection;
}

/** Seconds of each way, `rounds` times in turns; prints medians. */
export async function sink({ rounds }: { readonly rounds: number }): Promise<void> {
  const server = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
  try {
    const bench = { url: await server.database(), folder, db: await rowsInDuckDB(folder) };
    const ways = { bare, 'without witness': unwitnessed, sink: witnessed };
    const seconds = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, way] of Object.entries(ways)) {
        const taken = await way(bench, round);
        if (round > 0) seconds[name]!.push(taken);
      }
    }
    print(seconds);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rowsInDuckDB(folder: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  await db.run(`create table rows as select range as id, 'customer-' || range as customer, range % 2 as predict,
    random() as predict_proba_0, random() as predict_proba_1 from range(${CHUNKS * ROWS})`);
  for (let chunk = 0; chunk < CHUNKS; chunk += 1)
    await db.run(`copy (${selectOf(chunk)}) to '${join(folder, `${chunk}.csv`)}' (format csv, header false)`);
  return db;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** A transaction a chunk, straight from its file. */
async function bare({ url, folder }: Bench, round: number): Promise<number> {
  const client = await connected(url);
  await client.query(`create table bare_${round} (${TABLE})`);
  const taken = await timed(async () => {
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      const copy = client.query(copyFrom(`copy bare_${round} from stdin (format csv)`));
      await pipeline(createReadStream(join(folder, `${chunk}.csv`), { highWaterMark: 256 * 1024 }), copy);
    }
  });
  await client.query(`drop table bare_${round}`);
  await client.end();
  return taken;
}

/** From DuckDB, a transaction a chunk, without fence and progress row. */
async function unwitnessed({ url, db }: Bench, round: number): Promise<number> {
  const client = await connected(url);
  const table = `unwitnessed_${round}`;
  await client.query(`create table ${table} (${TABLE})`);
  const taken = await timed(async () => {
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      await client.query('begin');
      await copyInto(client, table, { db, select: selectOf(chunk), columns: COLUMNS, types: TYPES }, table);
      await client.query('commit');
    }
  });
  await client.query(`drop table ${table}`);
  await client.end();
  return taken;
}

/** The sink, from the first chunk to the published table. */
async function witnessed({ url, folder, db }: Bench, round: number): Promise<number> {
  const run = runOf(`${url}?table=sunk_${round}`, { run: `run-${round}`, columns: COLUMNS, folder });
  const target = await openSink(run);
  await target.prepare([]);
  const writer = await openSinkWriter(run);
  const accounts: ChunkTotals[] = [];
  const taken = await timed(async () => {
    for (let chunk = 0; chunk < CHUNKS; chunk += 1)
      accounts.push(await writer.write(db, selectOf(chunk), accountOf(chunk, ROWS)));
    await target.publish(accounts, {});
  });
  await target.discard();
  await Promise.all([writer.close(), target.close()]);
  return taken;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

function print(seconds: Readonly<Record<string, readonly number[]>>): void {
  const bareSeconds = median(seconds['bare']!);
  console.log(`${CHUNKS} chunks of ${ROWS} rows, median of ${seconds['bare']!.length} rounds`);
  for (const [name, taken] of Object.entries(seconds)) {
    const speed = Math.round((CHUNKS * ROWS) / median(taken));
    console.log(
      `${name.padEnd(16)} ${speed} rows/s, ${(bareSeconds / median(taken)).toFixed(2)} of the bare COPY`,
    );
  }
  const share = 1 - median(seconds['without witness']!) / median(seconds['sink']!);
  console.log(`fence, progress row and publication: ${(share * 100).toFixed(1)} % of the sink's time`);
}
