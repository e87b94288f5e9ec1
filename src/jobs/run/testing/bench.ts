/** For tests: a data folder, a table of customers, and a model whose answers are worked out row by row beside it. */
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { acceptFile } from '../../../registry/accept.ts';
import { admitFile } from '../../../registry/admit.ts';
import { bundlesDir } from '../../../registry/bundle.ts';
import { decodeInput } from '../../../serving/rows/decode.ts';
import { outputsToJson } from '../../../serving/rows/outputs-to-json.ts';
import { literal } from '../../../sql/identifiers.ts';
import type { Ledger, RunRow } from '../../../store/ledger/ledger.ts';
import { openLedger } from '../../../store/ledger/open.ts';
import { ledgerUrl } from '../../ledger-url.ts';
import type { RunReceipt } from '../../receipt/receipt.ts';
import type { JobSpec } from '../../spec/spec.ts';
import { beginRun, claimRun, type RunStarter } from '../begin.ts';
import { coordinateRun } from '../coordinator.ts';
import type { CoordinatorOptions } from '../run-context.ts';

/** A forest over numbers and texts, which wants columns by name: age, income, city, plan, tenure. */
export const BENCH_MODEL = join(
  import.meta.dirname,
  '../../../../fixtures/models/sklearn-1.6.1/columns-forest.pkl',
);

export const ROWS = 5000;

/** Customers of whom some lack an age or a city, which the model takes. */
const CUSTOMERS = `SELECT i + 1000 AS id,
  CASE WHEN i % 11 = 3 THEN NULL ELSE (18 + (i * 7) % 70)::DOUBLE END AS age,
  (5000 + (i * 7919) % 60000)::DOUBLE / 1.5 AS income,
  CASE i % 5 WHEN 0 THEN 'Oslo' WHEN 1 THEN 'Zürich' WHEN 2 THEN 'São Paulo' WHEN 3 THEN 'القاهرة' END AS city,
  ['basic', 'plus', 'pro'][i % 3 + 1] AS plan,
  ((i * 31) % 500) / 100.0::DOUBLE AS tenure,
  'note "' || i || '"' AS note
  FROM range(${ROWS}) t(i)`;

export class Bench {
  /** Of the data, the input and the output. */
  readonly folder: string;
  readonly input: string;
  readonly output: string;
  readonly ledger: Ledger;
  readonly beginner: RunStarter;

  private constructor(folder: string, ledger: Ledger) {
    this.folder = folder;
    this.input = join(folder, 'customers.parquet');
    this.output = join(folder, 'scored.parquet');
    this.ledger = ledger;
    this.beginner = { ledger, now: () => Date.now(), newId: randomUUID, by: 'tester' };
  }

  static async open(): Promise<Bench> {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-run-'));
    const bench = new Bench(folder, await openLedger(ledgerUrl(folder, null)));
    await bench.write(CUSTOMERS);
    cpSync(await provedBundles(), join(folder, 'bundles'), { recursive: true });
    return bench;
  }

  async close(): Promise<void> {
    await this.ledger.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes the input anew. */
  async write(select: string, path = this.input): Promise<void> {
    await query(`COPY (${select}) TO ${literal(path)} (ROW_GROUP_SIZE 2048)`);
  }

  /** Customers with other values in some columns of some rows. */
  async writeWith(column: string, value: string, where: string): Promise<void> {
    await this.write(
      `SELECT * REPLACE (CASE WHEN ${where} THEN ${value} ELSE ${column} END AS ${column}) FROM (${CUSTOMERS})`,
    );
  }

  spec(change: Partial<JobSpec> = {}, options: Partial<JobSpec['options']> = {}): JobSpec {
    return {
      job: 'nightly',
      model: BENCH_MODEL,
      source: { uri: this.input, format: null },
      key: 'id',
      columns: ['note'],
      features: null,
      sink: { uri: this.output, format: null, mode: 'append', publish: 'whole', stamps: [] },
      ...change,
      options: {
        chunkRows: 1000,
        lanes: 2,
        budget: { rows: null, share: null },
        duplicates: 'allow',
        holdDistance: null,
        holdRows: null,
        hourlyCost: null,
        ...options,
      },
    };
  }

  async claim(spec: JobSpec): Promise<RunRow> {
    return claimRun(this.beginner, await beginRun(spec, false, this.beginner));
  }

  /** Takes the job's run to its end, in this process. */
  async run(spec: JobSpec, options: Partial<CoordinatorOptions> = {}): Promise<RunReceipt> {
    const row = options.row ?? (await this.claim(spec));
    return coordinateRun({
      ledger: this.ledger,
      dataDir: this.folder,
      secrets: {},
      ask: () => Promise.reject(new Error('no control plane is wanted')),
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      stop: new AbortController().signal,
      onStep: () => undefined,
      ...options,
      row: { ...row, spec },
    });
  }

  /** What the model answers to the rows of the input that `where` lets through, one by one, by the door of requests. */
  async expected(where = 'true'): Promise<unknown[][]> {
    const rows = await query(
      `SELECT id::VARCHAR AS id, note, age, income, city, plan, tenure FROM ${literal(this.input)} WHERE ${where}`,
    );
    const { engine, manifest } = await acceptFile(BENCH_MODEL, { dataDir: this.folder, name: 'model' });
    const answers: unknown[][] = [];
    for (const { id, note, ...row } of rows) {
      const outputs = await engine.infer(decodeInput({ instances: [row] }, manifest.signature));
      const { predict, predict_proba: shares } = outputsToJson(outputs, manifest.signature) as {
        predict: [string];
        predict_proba: [number[]];
      };
      answers.push([id, note, predict[0], ...shares[0]]);
    }
    await engine.close();
    return answers;
  }

  /** Rows of the output, read by DuckDB. */
  async published(path = this.output): Promise<unknown[][]> {
    return (await query(`SELECT * REPLACE (id::VARCHAR AS id) FROM ${literal(path)}`)).map(Object.values);
  }
}

let proved: Promise<string> | null = null;

/** The model is proved once: a new data folder begins with its bundle. */
const provedBundles = (): Promise<string> => {
  proved ??= (async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-proved-'));
    process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
    await admitFile(BENCH_MODEL, { dataDir, name: 'model' });
    return bundlesDir(dataDir);
  })();
  return proved;
};

/** Rows of a query as JSON has them. */
export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  try {
    return (await db.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    db.closeSync();
    instance.closeSync();
  }
}
