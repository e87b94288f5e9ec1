import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { elementAt } from '../../../core/element-at.ts';
import { messageOf } from '../../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { writeError } from '../../../disk/durable.ts';
import { identifier, literal } from '../../../sql/identifiers.ts';
import { mergeStatement } from '../insert.ts';
import type { OpenSink, OpenSinkWriter, SinkRun } from '../sink.ts';
import { requireFit, type ThereColumn } from './columns.ts';
import { fromParts } from './parts.ts';
import { repeatedKey, repeatedKeyQuery } from './repeated-key.ts';
import { PUBLISHED, type TableFile, TableFileSink, tableFileWriter } from './table-file-sink.ts';
import { type TableTarget, tableFileTargetOf } from './target.ts';

const MEMORY = '256MB';

export const openDuckDBSink: OpenSink = async (run) => {
  const target = tableFileTargetOf(run);
  return new TableFileSink(run, target, new DuckDBFile(run, target));
};
export const openDuckDBSinkWriter: OpenSinkWriter = async (run) => tableFileWriter(run);

/** A table of a DuckDB file. The file is open only as long as something is asked of it: it belongs to one process. */
class DuckDBFile implements TableFile {
  readonly #run: SinkRun;
  readonly #target: TableTarget;

  constructor(run: SinkRun, target: TableTarget) {
    this.#run = run;
    this.#target = target;
  }

  published(): Promise<number | null> {
    return this.#opened(async (db) => {
      if (!(await isTable(db, PUBLISHED))) return null;
      const run = literal(this.#run.run);
      const reader = await db.runAndReadAll(`SELECT rows::DOUBLE FROM ${PUBLISHED} WHERE run = ${run}`);
      return (reader.getRows()[0]?.[0] as number | undefined) ?? null;
    });
  }

  check(): Promise<void> {
    return this.#opened(async (db) => {
      const { table, where } = this.#target;
      if (!(await isTable(db, table))) return;
      const there = await columnsOf(db, table);
      const types = new Map(there.map(({ name, type }) => [name, type]));
      const misfits: string[] = [];
      for (const { name, type } of this.#run.columns) {
        const into = types.get(name);
        if (into !== undefined && !(await isCast(db, type, into)))
          misfits.push(`its column "${name}" is ${into}, ${type} comes`);
      }
      requireFit(there, this.#run, where, misfits);
    });
  }

  publish(parts: readonly string[], rows: number): Promise<void> {
    const { columns, spec, run } = this.#run;
    const table = identifier(this.#target.table);
    const declared = columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ');
    const from = fromParts(parts, columns);
    return this.#opened(async (db) => {
      await db.run('BEGIN');
      await db.run(
        `CREATE TABLE IF NOT EXISTS ${PUBLISHED} (run VARCHAR PRIMARY KEY, rows BIGINT, published_at TIMESTAMPTZ)`,
      );
      await db.run(`INSERT INTO ${PUBLISHED} VALUES (${literal(run)}, ${rows}, now())`);
      await db.run(`CREATE TABLE IF NOT EXISTS ${table} (${declared})`);
      if (spec.sink.mode === 'upsert') await this.#requireOnce(db, from);
      await db.run(mergeStatement(table, from, this.#run));
      await db.run('COMMIT');
    });
  }

  /** Throws KEY_DUPLICATE. */
  async #requireOnce(db: DuckDBConnection, from: string): Promise<void> {
    const reader = await db.runAndReadAll(repeatedKeyQuery(this.#run, from));
    const [row] = reader.getRows();
    if (row) throw repeatedKey(this.#target, row[0]);
  }

  async #opened<T>(work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
    const { path } = this.#target;
    let instance: DuckDBInstance | null = null;
    try {
      // Without the scheme, DuckDB takes a CSV file for a database in memory, of which nothing would be kept.
      instance = await DuckDBInstance.create(`duckdb:${path}`, { threads: '1', memory_limit: MEMORY });
      const db = await instance.connect();
      try {
        return await work(db);
      } finally {
        db.closeSync();
      }
    } catch (error) {
      throw await this.#coded(error);
    } finally {
      instance?.closeSync();
    }
  }

  async #coded(error: unknown): Promise<unknown> {
    if (isPlimsollError(error)) return error;
    const { where } = this.#target;
    const [reason = ''] = messageOf(error).split('\n');
    if (/Could not set lock|Conflicting lock|file handle conflict/i.test(reason))
      return new PlimsollError(
        'SINK_UNAVAILABLE',
        { where, reason, job: this.#run.spec.job },
        { cause: error },
      );
    if (/Constraint Error.*(?:Duplicate key|unique|primary)/i.test(reason))
      return new PlimsollError('KEY_DUPLICATE', { where, found: reason }, { cause: error });
    const unwritten = await writeError(error, this.#target.path, 0);
    if (isPlimsollError(unwritten)) return unwritten;
    return new PlimsollError('SINK_INVALID', { where, problems: reason }, { cause: error });
  }
}

async function isTable(db: DuckDBConnection, table: string): Promise<boolean> {
  const reader = await db.runAndReadAll(`SELECT 1 FROM duckdb_tables() WHERE ${here(table)}`);
  return reader.currentRowCount > 0;
}

async function columnsOf(
  db: DuckDBConnection,
  table: string,
): Promise<readonly (ThereColumn & { readonly type: string })[]> {
  const reader = await db.runAndReadAll(
    `SELECT column_name, data_type, NOT is_nullable AND column_default IS NULL FROM duckdb_columns() WHERE ${here(table)}`,
  );
  return reader.getRows().map(([name, type, required]) => ({
    name: String(name),
    type: String(type),
    required: required === true,
    generated: false,
  }));
}

const here = (table: string): string =>
  `table_name = ${literal(table)} AND schema_name = current_schema() AND database_name = current_database()`;

const NUMBERS = /INT|^(?:FLOAT|DOUBLE|DECIMAL)/;

/** Whether values go from one type into another: by themselves, as texts, or from number to number where they fit. */
async function isCast(db: DuckDBConnection, from: string, into: string): Promise<boolean> {
  if (into === 'VARCHAR' || (NUMBERS.test(from) && NUMBERS.test(into))) return true;
  const reader = await db.runAndReadAll(
    `SELECT can_cast_implicitly(CAST(NULL AS ${from}), CAST(NULL AS ${into}))`,
  );
  return elementAt(reader.getRows(), 0)[0] === true;
}
